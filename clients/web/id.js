/** An id that nobody else has. crypto.randomUUID is there on secure origins only; a phone in the same network may come over plain HTTP. */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
