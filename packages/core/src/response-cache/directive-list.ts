/** Cache-Control as a list of directives (RFC 9111 §5.2): names, and arguments as tokens or quoted strings. */
import type { FieldValue } from '../ports/http.ts'
import { isBlank, isToken, joinedLines, trimmed } from './field-list.ts'

export interface Directive {
  /** Lower case. */
  readonly name: string
  /** Unquoted; undefined where there is no `=`. */
  readonly argument: string | undefined
  readonly isQuoted: boolean
}

export interface DirectiveList {
  readonly directives: readonly Directive[]
  /**
   * A name or an argument is none: `no-store; max-age=60` is one directive of no known name. A quoted string that is
   * never closed is read up to the next comma, so that it swallows no directive.
   */
  readonly isMalformed: boolean
}

/** In linear time: at most one quoted string of a value can be open to its end. */
export function directiveList(value: FieldValue | undefined): DirectiveList {
  const text = joinedLines(value)
  const directives: Directive[] = []
  let isMalformed = false
  let at = 0
  while (at < text.length) {
    const nameEnd = endOf(text, at, true)
    const name = trimmed(text.slice(at, nameEnd)).toLowerCase()
    const hasArgument = text[nameEnd] === '='
    if (!isToken(name) && (name !== '' || hasArgument)) isMalformed = true
    if (!hasArgument) {
      if (name !== '') directives.push({ name, argument: undefined, isQuoted: false })
      at = nameEnd + 1
      continue
    }
    const from = skipBlanks(text, nameEnd + 1)
    const quoted = text[from] === '"' ? readQuoted(text, from) : undefined
    const unquotedFrom = quoted === undefined ? from : quoted.end
    const end = endOf(text, unquotedFrom, false)
    const unquoted = trimmed(text.slice(unquotedFrom, end))
    if (unquoted !== '' && (quoted !== undefined || !isToken(unquoted))) isMalformed = true
    directives.push({ name, argument: quoted?.text ?? unquoted, isQuoted: quoted !== undefined })
    at = end + 1
  }
  return { directives, isMalformed }
}

/** The next comma, or `=` where a name is read; else the end. */
function endOf(text: string, from: number, isName: boolean): number {
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === ',' || (isName && char === '=')) return at
  }
  return text.length
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && isBlank(text, at)) at++
  return at
}

/** @returns undefined when the string is not closed. */
function readQuoted(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let read = ''
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === '"') return { text: read, end: at + 1 }
    if (char === '\\' && at + 1 < text.length) read += text[++at] ?? ''
    else read += char
  }
  return undefined
}
