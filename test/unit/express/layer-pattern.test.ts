/** The pattern of a layer, told or found out: the same for whatever the client writes. */
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { matchLayer, type Layer } from '../../../packages/express/src/layer.ts'
import { patternOf } from '../../../packages/express/src/layer-pattern.ts'

const require = createRequire(import.meta.url)

interface Stacked {
  use(path: unknown, handler: () => void): unknown
  readonly stack: readonly Layer[]
}
type MakeRouter = { Router(): Stacked }

function layerOf(name: 'express' | 'express4', path: unknown): Layer {
  const router = (require(name) as MakeRouter).Router()
  router.use(path, () => undefined)
  return router.stack[0] as Layer
}

type Case = readonly [path: unknown, requests: string[]]

const regularExpressions: readonly Case[] = [
  [/^\/(a|b)/, ['/a', '/b', '/a/c']],
  [/^\/[a-z]+/, ['/a', '/b', '/xyz/c']],
  [/^\/(?:v1|v2)\b/, ['/v1', '/v2/c']],
]

const inVersion4: readonly Case[] = [
  ['/:id(\\d+)', ['/1', '/22', '/1/a']],
  ['/v:version', ['/v1', '/v2', '/v33/a']],
  ['/:from-:to', ['/a-b', '/c-d']],
  ['/files/*', ['/files/a', '/files/b/c']],
  ['/:id?', ['/1', '/2']],
  ['*', ['/a', '/b/c']],
]

const inVersion5: readonly Case[] = [
  ['/files/*rest', ['/files/a', '/files/b/c']],
  ['/v:version', ['/v1', '/v2', '/v33/a']],
  ['/:from-:to', ['/a-b', '/c-d']],
]

const versions: readonly (readonly [name: string, make: (path: unknown) => Layer, own: readonly Case[]])[] = [
  ['express 5', (path) => layerOf('express', path), inVersion5],
  [
    'express 5, as it was before it told',
    (path) => {
      const { handle, matchers = [], slash = false } = layerOf('express', path)
      return { handle, matchers, slash }
    },
    inVersion5,
  ],
  ['express 4', (path) => layerOf('express4', path), inVersion4],
]

describe.each(versions)('a layer of %s', (_name, make, own) => {
  const patternsOf = (path: unknown, requests: readonly string[]): (string | undefined)[] => {
    const layer = make(path)
    return requests.map((request) => {
      const match = matchLayer(layer, request)
      return match && patternOf(layer, match)
    })
  }

  it.each<[path: unknown, pattern: string, requests: string[]]>([
    ['/', '', ['/', '/a', '/a/b']],
    ['/shop', '/shop', ['/shop', '/SHOP', '/shop/', '/Shop/a', '/shop/a/b']],
    ['/shop/', '/shop', ['/shop', '/shop/a']],
    ['/:area', '/:area', ['/a', '/B', '/a%2Fb', '/forebay', '/4711', '/:area/c']],
    ['/shop/:id', '/shop/:id', ['/shop/shop', '/shop/1', '/SHOP/id/x']],
    ['/:a/:b', '/:a/:b', ['/x/x', '/x/y', '/b/a/c']],
    ['/:a/x/:b', '/:a/x/:b', ['/x/x/x', '/1/X/2']],
  ])('on %s has the pattern %s', (path, pattern, requests) => {
    expect(new Set(patternsOf(path, requests))).toEqual(new Set([pattern]))
  })

  it('on several paths has the pattern of the one that matches', () => {
    expect(patternsOf(['/a', '/b'], ['/b', '/a', '/B/c'])).toEqual(['/b', '/a', '/b'])
  })

  it.each([...regularExpressions, ...own])('has one pattern on %s', (path, requests) => {
    expect(new Set(patternsOf(path, requests)).size).toBe(1)
  })

  it('matches nothing on another path, or one that is no path', () => {
    expect(patternsOf('/:area/x', ['/a/y', '/%zz/x', '/'])).toEqual([undefined, undefined, undefined])
  })
})
