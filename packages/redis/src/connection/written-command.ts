/** Commands whose words are written out already: what is the same in each of many calls is written once. */
import { Command } from 'ioredis'

/** A word as the protocol has it: a bulk string. @param bytes of it, in UTF-8. */
export function writtenWord(word: string, bytes: number = Buffer.byteLength(word)): string {
  return `$${bytes}\r\n${word}\r\n`
}

export function writtenOut(words: readonly string[]): string {
  return words.map((word) => writtenWord(word)).join('')
}

/** Its reply is a Buffer where it is a text. ioredis counts the bytes of each word anew, and that is a third of its work. */
export class WrittenCommand extends Command {
  readonly #written: string

  /** @param written all of the words, as `writtenOut` writes them. */
  constructor(name: string, words: Command['args'], written: string) {
    super(name, [])
    // Set here, they are not copied. A Cluster looks for the key among them.
    this.args = words
    this.#written = written
  }

  override toWritable(): string {
    return `*${this.args.length + 1}\r\n$${this.name.length}\r\n${this.name}\r\n${this.#written}`
  }
}
