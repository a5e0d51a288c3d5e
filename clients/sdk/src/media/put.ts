import { ChatError } from '../error.js';

/** After this long without progress there is no connection any more, in ms. */
const patience = 60_000;

export interface PutOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with the part that is there, from 0 to 1. */
  readonly progress: (part: number) => void;
}

/** Puts a file at a signed address; resolves to the status. Rejects with `unreachable` where there is no answer. */
export type Put = (url: string, file: Blob, options: PutOptions) => Promise<number>;

const unreachable = () => new ChatError({ code: 'unreachable', title: 'The upload broke off.' });

/** Only this tells a browser's page how far it is. */
const byRequest: Put = (url, file, { headers, signal, progress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let timer = setTimeout(abort, patience);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(abort, patience);
      progress(total ? loaded / total : 0);
    };
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      if (request.status) resolve(request.status);
      else reject(unreachable());
    };
    signal.addEventListener('abort', abort);
    request.send(file);
  });

const byFetch: Put = async (url, file, { headers, signal }) => {
  try {
    return (await fetch(url, { method: 'PUT', headers, body: file, signal })).status;
  } catch {
    throw unreachable();
  }
};

export const put: Put = (...asked) => (globalThis.XMLHttpRequest ? byRequest : byFetch)(...asked);
