/** Where warnings and errors go when nobody says otherwise. */
import type { Logger } from '../ports/logger.ts'

/** Warnings and errors only. The console is looked up on every call: tests and log collectors replace it. */
export const defaultLogger: Logger = {
  // oxlint-disable-next-line eslint/no-console -- the one place where that is meant
  warn: (...args) => console.warn(...args),
  // oxlint-disable-next-line eslint/no-console -- the one place where that is meant
  error: (...args) => console.error(...args),
}
