/** The primary key: which requests ask for the same thing (RFC 9111 §2). */
import { digest } from '../kit/digest.ts'

/** Which query parameters tell requests apart. */
export type QueryRule = boolean | readonly string[] | { readonly ignore: readonly string[] }

export interface PrimaryKeyParts {
  /** HEAD asks for what GET asks for. */
  readonly method: string
  readonly scheme: string
  readonly host: string
  /** As received, already reduced by `keptTarget`. */
  readonly target: string
  readonly partition: string | undefined
  /** Names and values of request fields and cookies that the app has opted in, and of unkeyed inputs. */
  readonly extras: readonly (string | undefined)[]
}

/** A longer key is stored as its digest: keys cost a bounded amount of memory. */
const longestKey = 400

/** Every part with its length: no value of one part can spell another. */
export function primaryKey(parts: PrimaryKeyParts): string {
  const { target, partition, extras } = parts
  let key = `${originPart(parts)}${target.length}:${target}`
  if (partition !== undefined || extras.length > 0) {
    key += part(partition)
    for (const extra of extras) key += part(extra)
  }
  return key.length > longestKey ? `#${digest(key)}` : key
}

/** Most requests to a service are for one origin: its part is put together once. */
let lastOrigin = { method: '', scheme: '', host: '', text: '' }

function originPart({ method, scheme, host }: PrimaryKeyParts): string {
  if (lastOrigin.host !== host || lastOrigin.method !== method || lastOrigin.scheme !== scheme) {
    const text = `${method === 'HEAD' ? 'GET' : method} ${scheme.length}:${scheme}${host.length}:${host}`
    lastOrigin = { method, scheme, host, text }
  }
  return lastOrigin.text
}

function part(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`
}

export interface SplitTarget {
  readonly path: string
  /** Without the `?`; undefined where there is none. */
  readonly query: string | undefined
}

export function splitTarget(target: string): SplitTarget {
  const at = target.indexOf('?')
  return at === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, at), query: target.slice(at + 1) }
}

/**
 * The target as the key sees it: the path byte for byte as received (what is decoded, folded or lower-cased here may be
 * routed differently there), the query reduced to what the rule keeps and sorted.
 */
export function keptTarget(target: string, rule: QueryRule): string {
  if (!target.includes('?')) return target
  const { path, query = '' } = splitTarget(target)
  const kept = keptQuery(query, rule)
  return kept === '' ? path : `${path}?${kept}`
}

/**
 * Parameters sorted by name, those of one name in the order received: their order may matter, that of names does not.
 * What stands in brackets is no part of it: `a[]=1&a[0]=2` is one list to whoever reads it so.
 */
export function keptQuery(query: string, rule: QueryRule): string {
  if (rule === false || query === '') return ''
  if (rule === true && !query.includes('&')) return query
  const kept: { readonly name: string; readonly pair: string }[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const name = decoded(pair.slice(0, nameEnd(pair)))
    if (isKept(name, rule)) kept.push({ name: nestedIn(name), pair })
  }
  return kept
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ pair }) => pair)
    .join('&')
}

function nameEnd(pair: string): number {
  const at = pair.indexOf('=')
  return at === -1 ? pair.length : at
}

/** As handlers read names: `utm%5Fsource` is `utm_source`. What cannot be decoded stands for itself. */
function decoded(name: string): string {
  if (!name.includes('%') && !name.includes('+')) return name
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}

function isKept(name: string, rule: QueryRule): boolean {
  if (rule === true) return true
  if (rule === false) return false
  if ('ignore' in rule) return !rule.ignore.includes(name)
  return rule.includes(name) || rule.includes(nestedIn(name))
}

/** Some parsers read `id[]=1`, `id[a]=1` and `[id]=1` as `id`, too: what the handler may see must be in the key. */
function nestedIn(name: string): string {
  const from = name.startsWith('[') ? 1 : 0
  for (let at = from; at < name.length; at++)
    if (name[at] === '[' || name[at] === ']') return name.slice(from, at)
  return name
}
