import { grants } from '../grants.ts';
import * as models from '../models.ts';
import { requests } from '../requests.ts';
import type { NamedTypes } from './describe-type.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';

/** The types with a section of their own. */
export function namedTypes(io: 'input' | 'output'): NamedTypes {
  return new Map<string, JsonSchema>([
    ['Participant', jsonSchemaOf(models.participant, io)],
    ['Track', jsonSchemaOf(models.track, io)],
    ['Room', jsonSchemaOf(models.roomState, io)],
    ['WaitingParticipant', jsonSchemaOf(models.waitingParticipant, io)],
    ['Grants', jsonSchemaOf(grants, io)],
    ['Metadata', jsonSchemaOf(models.metadata, io)],
    ['IceServer', jsonSchemaOf(models.iceServer, io)],
    ['Heartbeat', jsonSchemaOf(models.heartbeat, io)],
    ['Limits', jsonSchemaOf(models.announcedLimits, io)],
    ['Layer', jsonSchemaOf(models.layer, io)],
    ['CandidateInit', candidateInit(io)],
  ]);
}

/** The candidate has no model of its own: only requests carry a checked one. */
function candidateInit(io: 'input' | 'output'): JsonSchema {
  const [form] = jsonSchemaOf(requests.candidate.params, io).anyOf ?? [];
  return form?.properties?.candidate ?? {};
}
