/** Conditional requests, answered from a stored response (RFC 9110 §13, RFC 9111 §4.3.2). */
import type { HeaderFields, RequestFields } from '../ports/http.ts'
import { joinedLines, singleLine, trimmed } from './field-list.ts'
import { parseHttpDate } from './http-date.ts'

/** What a response can be validated by, as its fields say it. */
export interface Validators {
  readonly etag: string | undefined
  /** As written; sent back in `If-Modified-Since`. */
  readonly lastModified: string | undefined
  /** `Last-Modified`, else `Date`, in ms since the epoch: what `If-Modified-Since` is held against (RFC 9111 §4.3.2). */
  readonly modifiedAt: number | undefined
  /**
   * `Last-Modified` where it is a strong validator, in ms since the epoch: what is dated within the second of its last
   * modification may have been modified again in that second (RFC 9110 §8.8.2.2).
   */
  readonly stronglyModifiedAt: number | undefined
}

/** @param now wall clock, stands for a missing `Date`. */
export function validatorsOf(fields: HeaderFields, now: number): Validators {
  const lastModified = singleLine(fields['last-modified'])
  const lastModifiedAt = dateOf(lastModified, now)
  const date = dateOf(singleLine(fields['date']), now)
  const isStrong = lastModifiedAt !== undefined && lastModifiedAt + 1_000 <= (date ?? now)
  return {
    etag: singleLine(fields['etag']),
    lastModified,
    modifiedAt: lastModifiedAt ?? date,
    stronglyModifiedAt: isStrong ? lastModifiedAt : undefined,
  }
}

/** Whether the client has the response already: then it is answered 304. For GET and HEAD, and a stored 200. */
export function isNotModified(client: RequestFields, validators: Validators): boolean {
  const noneMatch = client['if-none-match']
  // It takes precedence: where it does not match, If-Modified-Since is not looked at (RFC 9110 §13.2.2).
  if (noneMatch !== undefined) return matchesAny(joinedLines(noneMatch), validators.etag)
  const since = client['if-modified-since']
  if (typeof since !== 'string' || validators.modifiedAt === undefined) return false
  const sinceAt = parseHttpDate(trimmed(since), validators.modifiedAt)
  return sinceAt !== undefined && validators.modifiedAt <= sinceAt
}

/** Weak comparison of each listed tag (RFC 9110 §8.8.3.2); `*` matches whatever is there. */
function matchesAny(list: string, etag: string | undefined): boolean {
  const members = trimmed(list)
  if (members === '*') return true
  if (etag === undefined) return false
  const wanted = opaquePart(etag)
  let at = 0
  while (at < members.length) {
    const end = tagEnd(members, at)
    if (opaquePart(trimmed(members.slice(at, end))) === wanted) return true
    at = end + 1
  }
  return false
}

/** The comma after the tag that begins here; commas within quotes belong to the tag. */
function tagEnd(list: string, from: number): number {
  let isQuoted = false
  for (let at = from; at < list.length; at++) {
    if (list[at] === '"') isQuoted = !isQuoted
    else if (list[at] === ',' && !isQuoted) return at
  }
  return list.length
}

/** Without the mark of weakness, and without quotes: some servers and clients leave them out. */
export function opaquePart(tag: string): string {
  const bare = tag.startsWith('W/') ? tag.slice(2) : tag
  return bare.length >= 2 && bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare
}

/** Strong comparison (RFC 9110 §8.8.3.2): weak tags never match. */
export function matchesStrongly(tag: string, etag: string | undefined): boolean {
  return etag !== undefined && !tag.startsWith('W/') && !etag.startsWith('W/') && tag === etag
}

function dateOf(text: string | undefined, now: number): number | undefined {
  return text === undefined ? undefined : parseHttpDate(text, now)
}
