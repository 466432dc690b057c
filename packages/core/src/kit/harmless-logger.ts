/** A logger as whoever writes to it needs it: it never fails. */
import { isPromise } from './promise.ts'

/** The part of a logger that is used here. */
export interface LogLines {
  debug?(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}

/** Says the same; a logger that throws or rejects has nobody to be reported to. */
export function harmlessLogger(logger: LogLines): Required<LogLines> {
  const saying =
    (level: keyof LogLines) =>
    (...words: unknown[]): void => {
      try {
        const said: unknown = logger[level]?.(...words)
        if (isPromise(said)) said.then(undefined, ignore)
      } catch {
        // As above.
      }
    }
  return { debug: saying('debug'), warn: saying('warn'), error: saying('error') }
}

function ignore(): void {}
