/** Signing in as the local host lets developers do it: any name, one for each window, so that one browser can be several people. */

const nameKey = 'name';
const roleKey = 'role';

/** Who this window is: by its address, or as it was before it was loaded anew. */
export function rememberedUser(): string | null {
  return new URLSearchParams(location.search).get('user') ?? sessionStorage.getItem(nameKey);
}

/** The role that this window's tokens have, by its address: `?role=chat.publisher` makes channels. */
export function rememberedRole(): string {
  const role = new URLSearchParams(location.search).get('role') ?? sessionStorage.getItem(roleKey) ?? '';
  if (role) sessionStorage.setItem(roleKey, role);
  return role;
}

export function remember(user: string): void {
  sessionStorage.setItem(nameKey, user);
}

/** Forgets who this window is, and asks again. */
export function forget(): void {
  sessionStorage.removeItem(nameKey);
  sessionStorage.removeItem(roleKey);
  location.assign(location.pathname);
}

/** Where the service is: where this page came from. */
export const baseUrl = new URL('.', location.href).href.replace(/\/$/, '');

/** @throws Error with what the local host says, for people. */
export async function tokenOf(user: string): Promise<string> {
  let response: Response;
  try {
    const role = rememberedRole();
    response = await fetch(`local/token?user=${encodeURIComponent(user)}${role && `&role=${encodeURIComponent(role)}`}`);
  } catch {
    throw new Error('The service can’t be reached. Try again in a moment.');
  }
  if (response.ok) return ((await response.json()) as { token: string }).token;
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  throw new Error([problem.title, problem.detail].filter(Boolean).join(' ') || `The service answered ${response.status}.`);
}
