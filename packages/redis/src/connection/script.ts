/** A Lua script, and what the server calls it. */
import { createHash } from 'node:crypto'

export interface Script {
  readonly source: string
  /** SHA-1 of the source. */
  readonly id: string
}

export function scriptOf(source: string): Script {
  return { source, id: createHash('sha1').update(source).digest('hex') }
}
