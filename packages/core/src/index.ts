/** The public door of `@forebay/core`. */
export { ForebayError, type ForebayErrorCode } from './kit/forebay-error.ts'
export type { Duration } from './kit/duration.ts'
export type { Admission, Departed } from './ports/admission.ts'
export type { Backend, Health } from './ports/backend.ts'
export type { Bus, BusListener } from './ports/bus.ts'
export type {
  CacheEntry,
  CacheStore,
  CacheScope,
  CacheStoreStats,
  EntryTimes,
  FoundEntry,
  Mark,
  MarkOptions,
} from './ports/cache-store.ts'
export type { Clock, Undo } from './ports/clock.ts'
export type { Codec } from './ports/codec.ts'
export type {
  BackendErrorEvent,
  CacheEvents,
  CacheRefusedEvent,
  CacheStoredEvent,
  CacheUseEvent,
  DataCacheEvents,
  DataRefusedEvent,
  DataStoredEvent,
  DataUseEvent,
  ErrorEvent,
  InvalidatedEvent,
  LimiterEvents,
  SlowEvent,
} from './ports/events.ts'
export type { Listenable } from './kit/emitter.ts'
export type { Exchange, UserFunction } from './ports/exchange.ts'
export type {
  ByteWindow,
  CacheOutcome,
  Departure,
  FieldLine,
  FieldValue,
  HeaderFields,
  HttpResponse,
  RequestFields,
  ResponseRecorder,
  ReusedResponse,
} from './ports/http.ts'
export type { Journal, JournaledRecord, JournalReader, JournalRecord } from './ports/journal.ts'
export type { Lease, LockStore } from './ports/lock.ts'
export type { Logger } from './ports/logger.ts'
export type { MaybePromise } from './ports/maybe-promise.ts'
export type {
  AlgorithmName,
  AllowedDecision,
  BlockRule,
  Charge,
  Decision,
  DecisionSource,
  DeniedDecision,
  Policy,
  PolicyDecision,
  RateLimitStore,
  RateLimitStoreStats,
} from './ports/rate-limit-store.ts'
export { createConcurrencyGate, type ConcurrencyGate } from './gate/concurrency-gate.ts'
export type { ConcurrencyLimiterOptions, ConcurrencyLimitOptions } from './gate/concurrency-options.ts'
export { createConcurrencyLimiter } from './gate/create-concurrency-limiter.ts'
export { createRateLimiter } from './gate/create-rate-limiter.ts'
export { createRateLimitGate, type RateLimitGate } from './gate/rate-limit-gate.ts'
export type {
  DelayOptions,
  DenialBody,
  EscalateOptions,
  PerRequest,
  PolicyOptions,
  RateLimiterChanges,
  RateLimiterOptions,
  RateLimitOptions,
  RequestList,
  StaticPolicyOptions,
} from './gate/rate-limit-options.ts'
export type { ConcurrencyLimiter, ConcurrencyStats, Permit } from './rate-limit/concurrency-limiter.ts'
export type { FieldFamily } from './rate-limit/fields/field-family.ts'
export type { ConsumeOptions, RateLimiter, RateLimiterStats } from './rate-limit/rate-limiter.ts'
export { memoryBackend, type MemoryBackendOptions } from './memory/memory-backend.ts'
export { tieredBackend, type TieredBackend, type TieredBackendOptions } from './tiers/tiered-backend.ts'
export type { TieredCacheStats, TieredEntries } from './tiers/tiered-cache-store.ts'
export {
  createResponseCache,
  createResponseCacheGate,
  type ResponseCacheGate,
} from './gate/response-cache-gate.ts'
export type { CacheKeyParts, ResponseCacheOptions } from './gate/response-cache-options.ts'
export type {
  Explanation,
  ExplainRequest,
  ResponseCache,
  ResponseCacheStats,
  Verdict,
} from './response-cache/response-cache.ts'
export { createCache, type DataCacheSurroundings } from './gate/create-cache.ts'
export { writeBehind } from './gate/write-behind.ts'
export type { WriteBehindOptions } from './gate/write-behind-options.ts'
export type { FlushContext } from './data-cache/write-behind/flush-context.ts'
export type { WriteBehind, WriteBehindStats } from './data-cache/write-behind/write-behind.ts'
export { writeThrough, type WriteThroughOptions } from './gate/write-through.ts'
export type { WriteContext, WriteThrough, WriteToSource } from './data-cache/write-through.ts'
export type { CodecName, CreateCacheOptions } from './gate/data-cache-options.ts'
export { compressed, type CompressedOptions } from './data-cache/compressed-codec.ts'
export type { AnyCodec } from './data-cache/any-codec.ts'
export { json } from './data-cache/json-codec.ts'
export { msgpack } from './data-cache/msgpack-codec.ts'
export { structured } from './data-cache/structured-codec.ts'
export type { InvalidateOptions } from './engine/invalidate-options.ts'
export type {
  DataCache,
  DataCacheStats,
  EntryOptions,
  HotKey,
  LatencyQuantiles,
  Loaded,
  LoadContext,
  Loader,
  LoadOptions,
  Memoized,
  MemoizeInfo,
  MemoizeOptions,
  TouchOptions,
} from './data-cache/data-cache.ts'
export { cached, type CachedMethod, type CachedOptions } from './gate/cached.ts'
export { contentOf, isResponse, type Content } from './node/content.ts'
export { recordStream } from './node/record-stream.ts'
export { isPromise } from './kit/promise.ts'
export { redispatch, refreshTokenOf, type Dispatch, type Redispatch } from './node/redispatch.ts'
export { fieldsOfResponse } from './node/response-fields.ts'
export { whenAborted, whenOver } from './node/response-over.ts'
export { sendResponse, sendReused } from './node/send-response.ts'
export { tapResponse } from './node/tap-response.ts'
export { checkPluginOptions } from './gate/plugin-options.ts'
/** For backends: what every backend checks, counts and says the same way. */
export {
  codecIdOf,
  expectCodec,
  frameLayout,
  frameMagic,
  NoFrame,
  readFrame,
  readFrameHead,
  readParts,
  writeFrame,
  type Frame,
  type FrameHead,
  type HeldValue,
} from './cache/frame.ts'
export { KnownMarks, mostMarks, type KnownNumbers, type Marked } from './cache/known-marks.ts'
export { everythingMember, memberOf } from './cache/mark-names.ts'
export { headLayout, headMagic, numbersEnd, readMarksHead, type MarksHead } from './cache/marks-head.ts'
export { BoundedMap } from './kit/bounded-map.ts'
export { Deadlines } from './guard/deadlines.ts'
export { digest } from './kit/digest.ts'
export { durationMs } from './kit/duration.ts'
export { showValue } from './kit/forebay-error.ts'
export {
  checkOptions,
  isBoolean,
  isInteger,
  isObjectWith,
  isOneOf,
  isPositiveDuration,
  isSecretText,
  isText,
  type OptionCheck,
  type OptionChecks,
} from './kit/option-check.ts'
export { defaultLogger } from './kit/default-logger.ts'
export { harmlessLogger } from './kit/harmless-logger.ts'
export { systemClock } from './memory/system-clock.ts'
export type { Algorithm, Correction, Moment, Standing, State } from './rate-limit/algorithms/algorithm.ts'
export { HitLog } from './rate-limit/algorithms/hit-log.ts'
export { algorithms } from './rate-limit/algorithms/table.ts'
export {
  blockedDecision,
  liftedBlock,
  prolongedBlock,
  punishedBlock,
  type Block,
} from './rate-limit/blocks.ts'
export { decisionOf, fits, judge, judgeCharge } from './rate-limit/judgement.ts'
