import { Socket } from 'node:net';
import { jest } from '@jest/globals';
import { until } from '../support/until.js';

/** What was connected to while it was watched. */
export interface Connections {
  /** Host names or addresses as they were asked for, each once. */
  hosts(): string[];
  /** Waits until all of them are closed, and stops watching. */
  end(): Promise<void>;
}

/**
 * Watches every TCP connection that this process opens, whoever opens it: a vendor's client that talks to its vendor
 * after all is found out here, also where there is no network that would let it through.
 */
export function watchConnections(): Connections {
  const opened: Socket[] = [];
  const hosts = new Set<string>();
  // The method that `net`, `http`, `tls` and `fetch` all end up in. Typed without its many signatures: it is passed on as it is called.
  const prototype = Socket.prototype as { connect: (...args: unknown[]) => unknown };
  const connect = prototype.connect;
  const spy = jest.spyOn(prototype, 'connect').mockImplementation(function (this: unknown, ...args) {
    opened.push(this as Socket); // a method of Socket.prototype is called on sockets
    hosts.add(hostOf(args));
    return connect.apply(this, args);
  });
  return {
    hosts: () => [...hosts],
    end: async () => {
      await until(() => opened.every((socket) => socket.destroyed));
      spy.mockRestore();
    },
  };
}

/** `net.connect` hands its arguments on as one list whose first member is the options. */
function hostOf([first]: readonly unknown[]): string {
  const options: unknown = Array.isArray(first) ? first[0] : first;
  const host: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'host') : null;
  return typeof host === 'string' ? host : 'unknown';
}
