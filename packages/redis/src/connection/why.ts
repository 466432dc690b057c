/** What an error of a connection says. Some carry their words in errors within them. */

/** What ioredis says of a command between two connections, in words about options of its own. */
const noConnection = /^Stream isn't writeable/

/** Never empty. */
export function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, code, errors, lastNodeError } = error as Error & {
    readonly code?: string
    /** Of an AggregateError: one per address that a name stands for. */
    readonly errors?: readonly unknown[]
    /** Of a Cluster, which itself only says that it could not ask any node. */
    readonly lastNodeError?: unknown
  }
  if (lastNodeError !== undefined && lastNodeError !== null) return `${message} ${why(lastNodeError)}`
  if (noConnection.test(message)) return 'there is no connection at the moment'
  if (message !== '') return message
  const inner = errors?.map((one) => why(one)) ?? []
  return inner.length > 0 ? [...new Set(inner)].join(', ') : (code ?? error.name)
}
