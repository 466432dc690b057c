/** What the app invalidates, in its own words and as marks. */
import { checkTags, invalidArgument as invalid } from '../engine/invalidate-options.ts'
import { showValue } from '../kit/forebay-error.ts'
import type { Mark } from '../ports/cache-store.ts'
import { routeLabel, tagLabel } from './labels.ts'
import type { QueryRule } from './primary-key.ts'
import { labelsNamedBy, originForm } from './url-labels.ts'

export interface Invalidation {
  readonly marks: readonly Mark[]
  /** In the words of the call, for whoever listens. */
  readonly targets: readonly string[]
}

export const everything: Invalidation = { marks: [{ type: 'all' }], targets: ['all'] }

/** @throws ForebayError as all of these do, for what names nothing. */
export function ofTags(tags: readonly unknown[]): Invalidation {
  const texts = checkTags(tags)
  return { marks: texts.map((tag) => mark(tagLabel(tag))), targets: texts.map((tag) => `tag ${tag}`) }
}

export function ofRoute(route: unknown): Invalidation {
  const [, method, pattern] = (typeof route === 'string' && /^([A-Za-z]+) (\S.*)$/.exec(route)) || []
  if (method === undefined || pattern === undefined) {
    const hint = typeof route === 'string' && route.startsWith('/') ? ` Did you mean "GET ${route}"?` : ''
    throw invalid(
      'invalidateRoute',
      showValue(route),
      'method and pattern, such as "GET /products/:id"',
      hint,
    )
  }
  // HEAD is answered from what GET has stored.
  const named = `${method.toUpperCase() === 'HEAD' ? 'GET' : method.toUpperCase()} ${pattern}`
  return { marks: [mark(routeLabel(named))], targets: [`route ${named}`] }
}

export function ofUrl(url: unknown, rules: Iterable<QueryRule>): Invalidation {
  if (typeof url !== 'string' || !/^(\/|https?:\/\/[^/])/i.test(url)) {
    throw invalid('invalidateUrl', showValue(url), 'a path that begins with /, or an absolute URL')
  }
  return { marks: labelsNamedBy(url, rules).map(mark), targets: [`url ${url}`] }
}

export function ofPrefix(prefix: unknown): Invalidation {
  if (typeof prefix !== 'string' || !prefix.startsWith('/') || /[?#]/.test(prefix)) {
    throw invalid('invalidatePrefix', showValue(prefix), 'the beginning of a path, such as "/products/"')
  }
  return { marks: [{ type: 'prefix', prefix: originForm(prefix) }], targets: [`prefix ${prefix}`] }
}

function mark(label: string): Mark {
  return { type: 'label', label }
}
