import { checks as apiBudget } from '../framework/components/api-budget/vector-checks.ts'
import { checks as authenticators } from '../framework/components/authenticators/vector-checks.ts'
import { checks as backoff } from '../framework/components/backoff/vector-checks.ts'
import type { Check } from '../framework/components/check-vectors.ts'
import { checks as configRules } from '../framework/components/config-rules/vector-checks.ts'
import { checks as cursorParts } from '../framework/components/cursors/unit-vector-checks.ts'
import { checks as cursors } from '../framework/components/cursors/vector-checks.ts'
import { checks as decoders } from '../framework/components/decoders/vector-checks.ts'
import { checks as errorHandlers } from '../framework/components/error-handlers/vector-checks.ts'
import { checks as extractors } from '../framework/components/extractors/vector-checks.ts'
import { checks as paginators } from '../framework/components/paginators/vector-checks.ts'
import { checks as partitionRouters } from '../framework/components/partition-routers/vector-checks.ts'
import { checks as properties } from '../framework/components/properties/vector-checks.ts'
import { checks as requesters } from '../framework/components/requesters/vector-checks.ts'
import { checks as resolvers } from '../framework/components/resolvers/vector-checks.ts'
import { checks as retrievers } from '../framework/components/retrievers/vector-checks.ts'
import { checks as transformations } from '../framework/components/transformations/vector-checks.ts'
import { checks as manifests } from '../framework/manifest/vector-checks.ts'
import { checks as templates } from '../framework/template/vector-checks.ts'

/** Everything that runs a vector; the tests run the same. */
export const adapters: readonly Check[] = [
  ...apiBudget,
  ...authenticators,
  ...backoff,
  ...configRules,
  ...cursors,
  ...cursorParts,
  ...decoders,
  ...errorHandlers,
  ...extractors,
  ...paginators,
  ...partitionRouters,
  ...properties,
  ...requesters,
  ...resolvers,
  ...retrievers,
  ...transformations,
  ...manifests,
  ...templates,
]
