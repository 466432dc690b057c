/** Redis did not answer, or is known not to: what a command then rejects with. */

export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable'
}

export function unavailable(reason: string, cause: unknown): RedisUnavailable {
  return new RedisUnavailable(`Redis is not available: ${reason}`, { cause })
}
