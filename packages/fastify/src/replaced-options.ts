/** A route's options over the plugin's: what names the quota replaces what named it before. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RateLimitOptions } from '@forebay/core'

type Options = RateLimitOptions<[request: FastifyRequest, reply: FastifyReply]>

const replaced: readonly (readonly [given: keyof Options, dropped: readonly (keyof Options)[]])[] = [
  ['limit', ['policies', 'limiter']],
  ['window', ['policies', 'limiter']],
  ['policies', ['limit', 'window', 'burst', 'limiter']],
  [
    'limiter',
    [
      ...(['limit', 'window', 'policies', 'algorithm', 'burst', 'block', 'escalate', 'mode'] as const),
      ...(['onBackendError', 'timeout', 'backend', 'name', 'expectedNodes', 'group'] as const),
    ],
  ],
]

/** What only another choice than the route's gives a meaning. */
const pointless: readonly (readonly [isSo: (own: Options) => boolean, dropped: keyof Options])[] = [
  [({ algorithm }) => algorithm !== undefined && !['token-bucket', 'gcra'].includes(algorithm), 'burst'],
  [({ count }) => count === 'all', 'isSuccessful'],
  [({ onBackendError }) => onBackendError !== undefined && onBackendError !== 'local', 'expectedNodes'],
]

/** What the route leaves out is inherited, where it still means anything. */
export function replacedBy(inherited: Options, own: Options): Options {
  // What is no object is refused by the check of the options, which has to see it as it is.
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return own
  const merged: Record<string, unknown> = { ...inherited }
  for (const [given, dropped] of replaced) {
    if (own[given] !== undefined) for (const name of dropped) delete merged[name]
  }
  for (const [isSo, dropped] of pointless) if (isSo(own)) delete merged[dropped]
  return Object.assign(merged, own)
}
