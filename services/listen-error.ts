import { CommandError } from './command.ts';

/** Where a server was to listen, and the flags that say so. */
interface Listening {
  readonly host: string;
  readonly port: number;
  readonly hostFlag: string;
  readonly portFlag: string;
}

/** What keeps a server from listening, in words; undefined where it is something else. */
export function listenError(
  error: unknown,
  { host, port, hostFlag, portFlag }: Listening,
): CommandError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new CommandError(
        1,
        `port ${port} of ${host} is taken`,
        `give another with ${portFlag}; 0 takes any free one`,
      );
    case 'EACCES':
      return new CommandError(
        1,
        `this user may not listen on port ${port}`,
        `give one from 1024 with ${portFlag}`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandError(1, `${host} is no address of this machine`, `give one with ${hostFlag}`);
    default:
      return undefined;
  }
}
