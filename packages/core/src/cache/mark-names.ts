/** Marks and labels as texts of bounded length that tell them apart. */
import { digest } from '../kit/digest.ts'
import type { Mark } from '../ports/cache-store.ts'

/** Longer labels are told apart by their digests. */
const longestLabel = 256

/** Of a longer prefix only the beginning counts: that invalidates more than was asked, never less. */
const longestPrefix = 1_024

const kinds = { label: 'l', prefix: 'p', all: 'a' } as const

/** Invalidates everything, and makes every mark before it needless. */
export const everythingMember = 'h["a"]'

/** How a mark stands among the marks of a backend; the same mark always as the same text. */
export function memberOf(mark: Mark, soft: boolean): string {
  const words = mark.type === 'all' ? [kinds.all] : [kinds[mark.type], nameOf(mark)]
  return `${soft ? 's' : 'h'}${JSON.stringify(words)}`
}

/** The mark as every node remembers it, its own included. */
export function shortMark(mark: Mark): Mark {
  if (mark.type === 'label') return { type: 'label', label: nameOf(mark) }
  if (mark.type === 'prefix') return { type: 'prefix', prefix: nameOf(mark) }
  return mark
}

/** Undefined for a text that no version of this wrote. */
export function readMember(member: string): { readonly mark: Mark; readonly soft: boolean } | undefined {
  const soft = member.startsWith('s')
  if (!soft && !member.startsWith('h')) return undefined
  const words = readWords(member.slice(1))
  const [kind, name] = words ?? []
  if (kind === kinds.all) return { mark: { type: 'all' }, soft }
  if (name === undefined) return undefined
  if (kind === kinds.label) return { mark: { type: 'label', label: name }, soft }
  return kind === kinds.prefix ? { mark: { type: 'prefix', prefix: name }, soft } : undefined
}

/** The labels as marks name them. */
export function shortLabels(labels: readonly string[]): readonly string[] {
  return labels.some(needsDigest) ? labels.map(shortLabel) : labels
}

function nameOf(mark: Exclude<Mark, { type: 'all' }>): string {
  return mark.type === 'label' ? shortLabel(mark.label) : mark.prefix.slice(0, longestPrefix)
}

/** What begins with NUL is a digest, so that no label looks like that of another. */
function shortLabel(label: string): string {
  return needsDigest(label) ? `\0${digest(label)}` : label
}

function needsDigest(label: string): boolean {
  return label.length > longestLabel || label.startsWith('\0')
}

function readWords(text: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}
