/** Reads a path of the API; null when what it names isn't there. */
export async function read(path, signal) {
  const response = await fetch('/local/' + path, { signal });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(await reason(response));
  return response.json();
}

/** Changes something. The header tells the host that no other website asks for it. */
export async function change(method, path) {
  const response = await fetch('/local/' + path, { method, headers: { 'X-Chat-Local': 'inspector' } });
  if (!response.ok) throw new Error(await reason(response));
}

/** Runs a timer's function now. */
export async function run(name) {
  const response = await fetch('/admin/functions/' + encodeURIComponent(name), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ input: '' }),
  });
  if (!response.ok) throw new Error(await reason(response));
}

async function reason(response) {
  try {
    return (await response.json()).title;
  } catch {
    return `The host answered ${response.status}.`;
  }
}
