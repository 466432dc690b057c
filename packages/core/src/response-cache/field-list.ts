/** Reading comma-separated lists in fields (RFC 9110 §5.6.1), in one pass and without throwing. */
import type { FieldValue } from '../ports/http.ts'

/** All lines of a field as one value (RFC 9110 §5.3). */
export function joinedLines(value: FieldValue | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : value.join(', ')
}

/** The value of a field that is no list, trimmed; undefined when it is empty, or there are several lines of it. */
export function singleLine(value: FieldValue | undefined): string | undefined {
  const line = typeof value === 'object' && value.length === 1 ? value[0] : value
  return typeof line === 'string' ? trimmed(line) || undefined : undefined
}

/** The members of a list whose members hold no commas: trimmed, empty ones left out. */
export function listMembers(value: FieldValue | undefined): string[] {
  const members: string[] = []
  for (const part of joinedLines(value).split(',')) {
    const member = trimmed(part)
    if (member !== '') members.push(member)
  }
  return members
}

/** Without spaces and tabs around it: the only white space that HTTP knows (RFC 9110 §5.6.3). */
export function trimmed(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && isBlank(text, from)) from++
  while (to > from && isBlank(text, to - 1)) to--
  return text.slice(from, to)
}

export function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09
}

const tokenText = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** RFC 9110 §5.6.2. */
export function isToken(text: string): boolean {
  return tokenText.test(text)
}
