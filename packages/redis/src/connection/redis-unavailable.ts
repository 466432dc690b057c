/** Redis did not answer, or is known not to: what a command then rejects with. */

export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable'
}
