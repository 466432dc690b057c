/** Where warnings and errors go: shaped like `console`; pino fits. */
export interface Logger {
  debug?(...args: unknown[]): void
  info?(...args: unknown[]): void
  warn(...args: unknown[]): void
  error(...args: unknown[]): void
}
