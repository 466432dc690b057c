/** Where warnings and errors go when nobody says otherwise. */

/** Warnings and errors only. The console is looked up on every call: tests and log collectors replace it. */
export const defaultLogger: {
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
} = {
  // oxlint-disable-next-line eslint/no-console -- the one place where that is meant
  warn: (...args) => console.warn(...args),
  // oxlint-disable-next-line eslint/no-console -- the one place where that is meant
  error: (...args) => console.error(...args),
}
