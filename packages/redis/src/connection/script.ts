/** A Lua script, and what the server calls it. */
import { createHash } from 'node:crypto'
import { writtenOut } from './written-command.ts'

export interface Script {
  readonly source: string
  /** SHA-1 of the source. */
  readonly id: string
  /** The same, written out. */
  readonly writtenId: string
}

export function scriptOf(source: string): Script {
  const id = createHash('sha1').update(source).digest('hex')
  return { source, id, writtenId: writtenOut([id]) }
}
