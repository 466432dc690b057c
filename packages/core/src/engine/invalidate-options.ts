/** How every cache reads the arguments of what invalidates. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'

export interface InvalidateOptions {
  /** Stale from now on, not gone: it still answers within its stale windows while it is refreshed. */
  readonly soft?: boolean
}

/** @throws ForebayError for options that are not accepted. */
export function isSoft(operation: string, options: unknown): boolean {
  if (options === undefined) return false
  const { soft, ...unknown } = (
    typeof options === 'object' && options !== null && !Array.isArray(options) ? options : { options }
  ) as Record<string, unknown>
  if (Object.keys(unknown).length > 0 || (soft !== undefined && typeof soft !== 'boolean')) {
    throw invalidArgument(operation, showValue(options), '{ soft: true } or { soft: false }')
  }
  return soft === true
}

/** The tags of `invalidateTags`, and the options that may follow them. */
export function splitTags(args: readonly unknown[]): { tags: readonly unknown[]; options: unknown } {
  const last = args.at(-1)
  // A list is no options: it is tags given in the wrong way, and to be told of.
  const hasOptions = typeof last === 'object' && last !== null && !Array.isArray(last)
  return hasOptions ? { tags: args.slice(0, -1), options: last } : { tags: args, options: undefined }
}

/** @throws ForebayError for no tags, and for what is no tag. */
export function checkTags(tags: readonly unknown[]): readonly string[] {
  if (tags.length === 0) throw invalidArgument('invalidateTags', 'no tag', 'at least one tag')
  for (const tag of tags) {
    if (typeof tag !== 'string' || tag === '') {
      throw invalidArgument('invalidateTags', showValue(tag), 'tags that are not empty, and { soft } last')
    }
  }
  return tags as readonly string[]
}

export function invalidArgument(
  operation: string,
  received: string,
  accepted: string,
  hint = '',
): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `${operation}: received ${received}. Accepted: ${accepted}.${hint}`,
  )
}
