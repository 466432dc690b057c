/** One range of a complete stored response (RFC 9110 §14, RFC 9111 §3.3). */
import type { ByteWindow, RequestFields } from '../ports/http.ts'
import { matchesStrongly, type Validators } from './conditional.ts'
import { trimmed } from './field-list.ts'
import { parseHttpDate } from './http-date.ts'

export interface SelectedRange {
  readonly status: 206 | 416
  /** Empty for 416. */
  readonly window: ByteWindow
  readonly contentRange: string
}

const singleRange = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/**
 * The part that the client asked for; undefined where the whole response is the answer: no range, another unit, several
 * ranges, a syntax that is not understood, or an `If-Range` that does not match.
 * @param length of the whole content in bytes.
 */
export function selectRange(
  client: RequestFields,
  validators: Validators,
  length: number,
): SelectedRange | undefined {
  const { range } = client
  if (typeof range !== 'string' || !holdsIfRange(client['if-range'], validators)) return undefined
  const parts = singleRange.exec(trimmed(range))
  if (parts === null) return undefined
  const [, first = '', last = ''] = parts
  if (first === '' && last === '') return undefined
  const window = first === '' ? suffix(position(last), length) : interval(position(first), last, length)
  if (window === 'invalid') return undefined
  if (window === undefined) {
    return { status: 416, window: { from: 0, to: 0 }, contentRange: `bytes */${length}` }
  }
  return { status: 206, window, contentRange: `bytes ${window.from}-${window.to - 1}/${length}` }
}

/** No content is as long as the largest exact number: what is beyond counts as that. */
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}

/** The last `count` bytes. */
function suffix(count: number, length: number): ByteWindow | undefined {
  return count === 0 || length === 0 ? undefined : { from: Math.max(0, length - count), to: length }
}

function interval(from: number, lastText: string, length: number): ByteWindow | 'invalid' | undefined {
  const last = lastText === '' ? length - 1 : position(lastText)
  if (lastText !== '' && last < from) return 'invalid'
  return from >= length ? undefined : { from, to: Math.min(last, length - 1) + 1 }
}

/** RFC 9110 §13.1.5: the stored response must be the very one that the client has a part of. */
function holdsIfRange(ifRange: string | string[] | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true
  if (typeof ifRange !== 'string') return false
  const condition = trimmed(ifRange)
  if (condition.startsWith('"') || condition.startsWith('W/'))
    return matchesStrongly(condition, validators.etag)
  const { stronglyModifiedAt } = validators
  if (stronglyModifiedAt === undefined) return false
  return parseHttpDate(condition, stronglyModifiedAt) === stronglyModifiedAt
}
