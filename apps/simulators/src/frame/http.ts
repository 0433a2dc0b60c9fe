import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Longest request body read, in bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Reads a whole body and hands it on, at once when there is none; a body over the limit ends the connection. */
export function readBody(message: IncomingMessage, done: (text: string) => void): void {
  if (message.headers['content-length'] === undefined && message.headers['transfer-encoding'] === undefined) {
    done('');
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) message.destroy();
    else chunks.push(chunk);
  });
  message.on('end', () => {
    done(Buffer.concat(chunks).toString('utf8'));
  });
}

/** Starts listening. @returns the port, chosen by the system when 0 was asked for */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  // An HTTP server that listens on a host and port has an AddressInfo; strings are for pipes.
  return (server.address() as AddressInfo).port;
}

/** Ends a server with every connection it still has. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  server.closeAllConnections();
  await closed;
}
