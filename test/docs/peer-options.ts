/** What the other libraries let their users say, read from their own files in the versions that are installed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './code-blocks.ts'

/** Options and methods by page of docs/migrate. */
export function peerOptions(): Readonly<Record<string, readonly string[]>> {
  const fastify = source('@fastify/rate-limit/types/index.d.ts')
  const flexible = source('rate-limiter-flexible/types.d.ts')
  const koa = source('koa-ratelimit/index.js')
  const apicache = source('apicache/src/apicache.js')
  const cash = source('koa-cash/index.js')
  return {
    'express-rate-limit': [
      ...members(source('express-rate-limit/dist/index.d.ts'), /export type Options = \{/),
      ...members(source('express-rate-limit/dist/index.d.ts'), /export type RateLimitRequestHandler = .*\{/),
      'resetAll',
      'used',
      'resetTime',
      'ipKeyGenerator',
    ],
    'fastify-rate-limit': [
      ...members(fastify, /interface CreateRateLimitOptions \{/),
      ...members(fastify, /interface RateLimitOptions .*\{/),
      ...members(fastify, /interface RateLimitPluginOptions .*\{/),
      'createRateLimit',
      'rateLimit',
      'increment',
      'false',
    ],
    'koa-ratelimit': [
      ...found(koa, /opts\.(\w+)/g),
      ...found(koa, /const \{ (\w+) \} = opts/g),
      ...members(koa, /headers: \{/),
      ...found(source('koa-ratelimit/limiter/memory.js'), /constructor\(\{ (.+?) = /g).flatMap((list) =>
        list.split(', '),
      ),
    ],
    'rate-limiter-flexible': [
      ...found(flexible, /^interface (IR\w*Opt\w*) /gm).flatMap((name) =>
        members(flexible, new RegExp(String.raw`interface ${name} .*\{`)),
      ),
      ...found(flexible, /^export class (R\w+|Bursty\w+)/gm).filter(
        (name) => !/Abstract|Error|Res$/.test(name),
      ),
      ...members(flexible, /export class RateLimiterAbstract \{/).filter((name) => !name.startsWith('ms')),
      ...members(flexible, /export class RateLimiterRes \{/).filter((name) => !name.startsWith('to')),
      'deleteInMemoryBlockedAll',
      'createIndexes',
      'removeTokens',
      'getTokensRemaining',
      'dump',
      'restore',
    ],
    apicache: [
      ...members(apicache, /var globalOptions = \{/),
      ...found(apicache, /^ {2}this\.(\w+) = function/gm).filter((name) => name !== 'getDuration'),
      ...found(apicache, /req\.headers\['(.+?)'\]/g).filter((name) => name.startsWith('x-')),
      'apicacheGroup',
    ],
    'koa-cash': [
      ...found(cash, /options\.(\w+)/g),
      ...found(cash, /const \{ (\w+) \} = options/g),
      ...found(cash, /ctx\.(cash\w*) =/g),
      'cash',
    ],
  }
}

function source(path: string): string {
  return readFileSync(join(root, 'node_modules', path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
}

/** Names directly inside the braces that `opening` opens. */
function members(text: string, opening: RegExp): string[] {
  const start = opening.exec(text)
  if (start === null) throw new Error(`${opening} is not found any more`)
  const body = text.slice(start.index + start[0].length)
  const names: string[] = []
  let depth = 0
  for (const line of body.split('\n')) {
    const name = /^\s+(?:readonly |get )?(\w+)(?:\?|\(|:|,)/.exec(line)?.[1]
    if (depth === 0 && name !== undefined && name !== 'constructor') names.push(name)
    depth += count(line, /[{(]/g) - count(line, /[)}]/g)
    if (depth < 0) break
  }
  if (names.length === 0) throw new Error(`${opening} has no members any more`)
  return names
}

function found(text: string, pattern: RegExp): string[] {
  const names = [...text.matchAll(pattern)].map(([, name]) => name ?? '')
  if (names.length === 0) throw new Error(`${pattern} finds nothing any more`)
  return names
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length
}
