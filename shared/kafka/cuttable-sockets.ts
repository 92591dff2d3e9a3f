import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSafely } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** Connections of a client that can all be ended at once. */
export interface CuttableSockets {
  /** For kafkajs, whose own does the same. */
  readonly socketFactory: ISocketFactory;
  /** Ends what is open and whatever is opened later: what is asked fails, and what fails can ask nothing more. */
  cut(): void;
}

const keepAliveMs = 60_000;

/** Makes connections for one client. kafkajs by itself ends none before everything that was asked over it is answered. */
export function cuttableSockets(): CuttableSockets {
  const open = new Set<Socket>();
  let isCut = false;
  return {
    socketFactory: ({ host, port, ssl, onConnect }) => {
      if (isCut) throw new Error('The connections of this client were cut.');
      const named = isIP(host) ? {} : { servername: host };
      const socket = ssl
        ? connectSafely({ host, port, ...named, ...ssl }, onConnect)
        : connect({ host, port }, onConnect);
      socket.setKeepAlive(true, keepAliveMs);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    cut() {
      isCut = true;
      // Of a connection that ends without an error kafkajs does not learn.
      for (const socket of open) socket.destroy(new Error('The connection was cut.'));
    },
  };
}
