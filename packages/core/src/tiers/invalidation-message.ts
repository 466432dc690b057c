/** What nodes tell each other of their writes: hashes of keys, and marks, never values. The format is frozen; another one is a version. */
import type { Mark } from '../ports/cache-store.ts'

/** What is not to be served from memory any more. */
export type Invalidation =
  /** `hashOfKey` of scope and key. */
  | { readonly type: 'key'; readonly hash: number }
  | { readonly type: 'mark'; readonly scope: string; readonly mark: Mark }
  /** Everything in every scope: said where the single things would be too many or too long. */
  | { readonly type: 'everything' }

const family = 'forebay-tiers/'
const head = `${family}1 `

/** Far more than a message ever has; what is longer is not read. */
const longestMessage = 65_536
const longestItem = 16_384

/** One message says all of it where it can, several where that would be too long. */
export function messagesOf(invalidations: readonly Invalidation[]): string[] {
  const messages: string[] = []
  const told = new Set<string>()
  let items: string[] = []
  let length = 0
  for (const invalidation of invalidations) {
    const item = itemOf(invalidation)
    if (told.has(item)) continue
    told.add(item)
    if (length + item.length > longestMessage - head.length - 2) {
      messages.push(`${head}[${items.join(',')}]`)
      items = []
      length = 0
    }
    items.push(item)
    length += item.length + 1
  }
  if (items.length > 0) messages.push(`${head}[${items.join(',')}]`)
  return messages
}

/**
 * Undefined for what is none of these messages. One that cannot be read, such as a later version's, tells of something
 * all the same: it is taken for `everything`.
 */
export function readMessage(message: string): readonly Invalidation[] | undefined {
  if (!message.startsWith(family)) return undefined
  if (!message.startsWith(head) || message.length > longestMessage) return unreadable
  try {
    const items: unknown = JSON.parse(message.slice(head.length))
    if (!Array.isArray(items)) return unreadable
    const read = items.map(invalidationOf)
    return read.includes(undefined) ? unreadable : (read as Invalidation[])
  } catch {
    return unreadable
  }
}

const unreadable: readonly Invalidation[] = [{ type: 'everything' }]

function itemOf(invalidation: Invalidation): string {
  const item = JSON.stringify(partsOf(invalidation))
  if (item.length <= longestItem || invalidation.type !== 'mark') return item
  const whole = JSON.stringify(['all', invalidation.scope])
  return whole.length <= longestItem ? whole : '["everything"]'
}

function partsOf(invalidation: Invalidation): readonly unknown[] {
  if (invalidation.type === 'everything') return ['everything']
  if (invalidation.type === 'key') return ['key', invalidation.hash]
  const { mark, scope } = invalidation
  if (mark.type === 'label') return ['label', scope, mark.label]
  return mark.type === 'prefix' ? ['prefix', scope, mark.prefix] : ['all', scope]
}

function invalidationOf(item: unknown): Invalidation | undefined {
  if (!Array.isArray(item)) return undefined
  const [type, subject, name] = item as readonly unknown[]
  if (type === 'everything') return { type }
  if (type === 'key') return isHash(subject) ? { type, hash: subject } : undefined
  if (typeof subject !== 'string') return undefined
  if (type === 'all') return { type: 'mark', scope: subject, mark: { type } }
  if (typeof name !== 'string') return undefined
  if (type === 'label') return { type: 'mark', scope: subject, mark: { type, label: name } }
  return type === 'prefix' ? { type: 'mark', scope: subject, mark: { type, prefix: name } } : undefined
}

function isHash(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32
}
