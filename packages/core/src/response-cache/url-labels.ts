/** The labels by which a stored response is found again from a URL. */
import { pathLabel, urlLabel } from './labels.ts'
import { keptTarget, splitTarget, type QueryRule } from './primary-key.ts'

/** The labels of a response to this request. */
export function labelsOfTarget(host: string, target: string, rule: QueryRule): string[] {
  const kept = keptTarget(originForm(target), rule)
  return [pathLabel(kept), urlLabel(host, kept)]
}

/**
 * The labels that a URL names under any of the rules by which the mounts of a cache read queries: what a rule drops
 * does not tell responses apart, so it does not tell them apart here either.
 * @param url a path with or without query, on every host; or an absolute URL.
 */
export function labelsNamedBy(url: string, rules: Iterable<QueryRule>): string[] {
  const absolute = /^https?:\/\/([^/?#]+)([^#]*)/i.exec(url)
  const target = absolute === null ? withoutFragment(url) : (absolute[2] ?? '')
  const host = absolute?.[1]
  const labels = new Set<string>()
  for (const rule of rules) {
    const kept = keptTarget(target.startsWith('/') ? target : `/${target}`, rule)
    labels.add(host === undefined ? pathLabel(kept) : urlLabel(host, kept))
  }
  return [...labels]
}

/** The path and query of a request target, whatever its form (RFC 9112 §3.2). */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const afterAuthority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*(.*)$/i.exec(target)?.[1] ?? ''
  return afterAuthority.startsWith('/') ? afterAuthority : `/${afterAuthority}`
}

/** Without the query: what prefixes are held against. */
export function targetPath(target: string): string {
  return splitTarget(originForm(target)).path
}

/** What no client sends to a server. */
export function withoutFragment(url: string): string {
  const at = url.indexOf('#')
  return at === -1 ? url : url.slice(0, at)
}
