import type { types } from 'mediasoup';
import type { AnsweredSection } from '../sdp/read-subscribe-answer.ts';
import { type ReceivingCapabilities, receivingCapabilities } from '../sdp/receiving-capabilities.ts';
import type { RouterCapabilities, RtpParameters } from '../sdp/types.ts';
import { toMediasoupCapabilities } from './rtp-shapes.ts';

type Codec = ReceivingCapabilities['codecs'][number];

/**
 * What one client can receive. At first that is whatever the router sends; each answer narrows the codecs and extensions
 * that it speaks of, for all later consumers.
 */
export class ClientCapabilities {
  readonly #router: RouterCapabilities;
  #known: ReceivingCapabilities;

  constructor(router: RouterCapabilities) {
    this.#router = router;
    this.#known = {
      codecs: router.codecs.map(({ parameters = {}, rtcpFeedback = [], ...codec }) => ({
        ...codec,
        parameters: plainParameters(parameters),
        rtcpFeedback,
      })),
      headerExtensions: router.headerExtensions.map((extension) => ({
        ...extension,
        preferredEncrypt: false,
        direction: 'sendrecv',
      })),
    };
  }

  /**
   * For `consume()` of a track with this codec, named by the router's payload type. Other codecs are left out, because
   * mediasoup takes any RTX it finds for the RTX of the codec in question.
   */
  forCodec(payloadType: number): types.RtpCapabilities {
    const codecs = this.#known.codecs.filter((codec) => mainPayloadType(codec) === payloadType);
    return toMediasoupCapabilities({ ...this.#known, codecs });
  }

  /** The client has no decoder for what it was offered; other tracks of that codec need not be tried. */
  unlearn(offered: RtpParameters): void {
    const [main] = offered.codecs;
    const codecs = this.#known.codecs.filter((codec) => mainPayloadType(codec) !== main?.payloadType);
    this.#known = { ...this.#known, codecs };
  }

  learn(sections: readonly AnsweredSection[]): void {
    const accepted = sections.filter((section) => section.accepted && section.direction !== 'inactive');
    const learned = receivingCapabilities(
      accepted.map(({ description }) => description),
      this.#router,
    );
    const spokenOf = new Set(learned.codecs.map(mainPayloadType));
    const kinds = new Set(accepted.map(({ description }) => description.kind));
    this.#known = {
      codecs: [...this.#known.codecs.filter((codec) => !spokenOf.has(mainPayloadType(codec))), ...learned.codecs],
      headerExtensions: [
        ...this.#known.headerExtensions.filter(({ kind }) => !kinds.has(kind)),
        ...learned.headerExtensions,
      ],
    };
  }
}

/**
 * True when the answer took away something that changes how the worker has to send: retransmission, key frame requests or
 * congestion control. An extension that the client merely ignores is no reason to negotiate again.
 */
export function lacksRepair(offered: RtpParameters, answered: AnsweredSection): boolean {
  const [main] = offered.codecs;
  const offers = (type: string, parameter = '') =>
    main?.rtcpFeedback?.some((feedback) => feedback.type === type && (feedback.parameter ?? '') === parameter) ?? false;
  const { feedback, rtx } = answered;
  return (
    (offers('nack') && !feedback.nack) ||
    (offers('nack', 'pli') && !feedback.pli) ||
    (offers('transport-cc') && !feedback.transportCc) ||
    (offers('goog-remb') && !feedback.remb) ||
    (offered.codecs.some((codec) => isRtx(codec)) && !rtx)
  );
}

/** RTX belongs to the codec that it repeats. */
function mainPayloadType(codec: Codec): number {
  return isRtx(codec) ? Number(codec.parameters.apt) : codec.preferredPayloadType;
}

function isRtx({ mimeType }: { mimeType: string }): boolean {
  return mimeType.toLowerCase().endsWith('/rtx');
}

function plainParameters(parameters: Record<string, unknown>): Record<string, string | number> {
  const plain = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(plain);
}
