/** What the nodes of a fleet tell each other of one key, and how it is written on the bus. */

/**
 * How a lead ended. `landed`: the value is stored. `free`: the leader is gone, and anybody may lead. `again`: what it made
 * was not kept. `alone`: what it made cannot be shared this time. `passed`: nor in the next while. `failed`: what was
 * stored before stands in; with what it failed.
 */
export type Word = 'landed' | 'free' | 'again' | 'alone' | 'passed' | `failed ${number}`

const plain: ReadonlySet<string> = new Set(['landed', 'free', 'again', 'alone', 'passed'])

/** @param key without spaces. */
export function wordMessage(key: string, word: Word): string {
  return `${key} ${word}`
}

export interface Said {
  readonly key: string
  readonly word: Word
}

/** Undefined for what another version said, or somebody else. */
export function readWord(message: string): Said | undefined {
  const end = message.indexOf(' ')
  if (end <= 0) return undefined
  const word = message.slice(end + 1)
  return plain.has(word) || /^failed \d{1,9}$/.test(word)
    ? { key: message.slice(0, end), word: word as Word }
    : undefined
}
