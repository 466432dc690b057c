/** A codec that is not bound to one type of values. */
import type { Codec } from '../ports/codec.ts'

/** Fits every cache: what it holds is checked when it is encoded, not by its type. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would fit no typed cache
export type AnyCodec = Codec<any>
