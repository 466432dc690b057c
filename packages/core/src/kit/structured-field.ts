/** Structured fields as far as a cache reads them (RFC 9651): Dictionaries and Lists of bare items, parameters skipped. */

/** Strings and tokens are told apart: `"60"` is not `60`, and `no-store` is not `"no-store"`. */
export type BareItem =
  | { readonly type: 'integer' | 'decimal'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'bytes'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'date'; readonly value: number }
  /** An inner list: its items are of no interest here. */
  | { readonly type: 'inner-list'; readonly value: undefined }

/** Longer fields are refused unread. */
const longestField = 65_536

/** A Dictionary (RFC 9651 §4.2.2); undefined when it is not one. Of several members with one key the last counts. */
export function parseDictionary(text: string): ReadonlyMap<string, BareItem> | undefined {
  const members = new Map<string, BareItem>()
  const reader = new Reader(text)
  const isRead = reader.members(() => {
    const key = reader.key()
    if (key === undefined) return false
    const item: BareItem | undefined = reader.take('=')
      ? reader.member()
      : reader.parameters({ type: 'boolean', value: true })
    if (item === undefined) return false
    members.set(key, item)
    return true
  })
  return isRead ? members : undefined
}

/** A List (RFC 9651 §4.2.1); undefined when it is not one. */
export function parseList(text: string): readonly BareItem[] | undefined {
  const items: BareItem[] = []
  const reader = new Reader(text)
  const isRead = reader.members(() => {
    const item = reader.member()
    if (item === undefined) return false
    items.push(item)
    return true
  })
  return isRead ? items : undefined
}

/** A text of printable ASCII as a Token where it can be one, else as a String (RFC 9651 §3.3.3, §3.3.4). */
export function tokenOrString(text: string): string {
  const isToken = /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(text)
  return isToken ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

const keyText = /[a-z*][a-z0-9_\-.*]*/y
const tokenText = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y
const numberText = /(-?)(\d{1,16})(?:\.(\d{1,3}))?/y
const stringText = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const bytesText = /:([A-Za-z0-9+/=]*):/y
const displayText = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y

/** Reads forward only; every method returns undefined or false where the text is not what it should be. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Members separated by commas, to the end; none at all is fine. */
  members(readMember: () => boolean): boolean {
    if (this.#text.length > longestField) return false
    this.#skip(' ')
    while (this.#at < this.#text.length) {
      if (!readMember()) return false
      this.#skip(' \t')
      if (this.#at === this.#text.length) return true
      if (!this.take(',')) return false
      this.#skip(' \t')
      // A comma must be followed by a member.
      if (this.#at === this.#text.length) return false
    }
    return true
  }

  take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  key(): string | undefined {
    return this.#match(keyText)?.[0]
  }

  /** An item or an inner list, with parameters. */
  member(): BareItem | undefined {
    return this.#text[this.#at] === '(' ? this.#innerList() : this.parameters(this.#bareItem())
  }

  /** Skips the parameters of an item that was read. */
  parameters(item: BareItem | undefined): BareItem | undefined {
    if (item === undefined) return undefined
    while (this.take(';')) {
      this.#skip(' ')
      if (this.key() === undefined) return undefined
      if (this.take('=') && this.#bareItem() === undefined) return undefined
    }
    return item
  }

  #innerList(): BareItem | undefined {
    this.#at++
    for (;;) {
      const before = this.#at
      this.#skip(' ')
      if (this.take(')')) return this.parameters({ type: 'inner-list', value: undefined })
      const isFirst = this.#text[before - 1] === '('
      if (!isFirst && this.#at === before) return undefined
      if (this.parameters(this.#bareItem()) === undefined) return undefined
    }
  }

  #bareItem(): BareItem | undefined {
    const char = this.#text[this.#at] ?? ''
    if (char === '"') return this.#string()
    if (char === '?') return this.#boolean()
    if (char === '@') return this.#date()
    if (char === '%') return this.#display()
    if (char === ':') {
      const bytes = this.#match(bytesText)?.[1]
      return bytes === undefined ? undefined : { type: 'bytes', value: bytes }
    }
    if (char === '-' || (char >= '0' && char <= '9')) return this.#number()
    const token = this.#match(tokenText)?.[0]
    return token === undefined ? undefined : { type: 'token', value: token }
  }

  #string(): BareItem | undefined {
    const content = this.#match(stringText)?.[1]
    return content === undefined
      ? undefined
      : { type: 'string', value: content.replaceAll(/\\(["\\])/g, '$1') }
  }

  #display(): BareItem | undefined {
    const content = this.#match(displayText)?.[1]
    if (content === undefined) return undefined
    try {
      return { type: 'string', value: decodeURIComponent(content) }
    } catch {
      return undefined
    }
  }

  #boolean(): BareItem | undefined {
    const value = this.#text[this.#at + 1]
    if (value !== '0' && value !== '1') return undefined
    this.#at += 2
    return { type: 'boolean', value: value === '1' }
  }

  #date(): BareItem | undefined {
    this.#at++
    const number = this.#number()
    return number?.type === 'integer' ? { type: 'date', value: number.value } : undefined
  }

  #number(): BareItem | undefined {
    const parts = this.#match(numberText)
    if (parts === undefined) return undefined
    const [all, , whole = '', fraction] = parts
    // What the pattern left over would make the number longer than a number may be.
    const next = this.#text[this.#at] ?? ''
    if (next === '.' || (next >= '0' && next <= '9')) return undefined
    if (fraction === undefined) return whole.length > 15 ? undefined : { type: 'integer', value: Number(all) }
    return whole.length > 12 ? undefined : { type: 'decimal', value: Number(all) }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }

  #skip(chars: string): void {
    while (this.#at < this.#text.length && chars.includes(this.#text[this.#at] ?? '')) this.#at++
  }
}
