// Distributions build OpenSSL 3 with kernel TLS. For the combined `BIO_CB_CTRL | BIO_CB_RETURN` mediasoup's BIO callback
// answers 1, so OpenSSL takes kernel TLS for enabled and never allocates its write buffer: the worker dies in SSL_read
// on the first DTLS handshake. A callback must hand back `ret` whenever the BIO_CB_RETURN bit is set.

const ORIGINAL = '(operationType == BIO_CB_RETURN) ? static_cast<long>(ret) : 1;';
const CORRECTED = '(operationType & BIO_CB_RETURN) ? static_cast<long>(ret) : 1;';

/**
 * Returns the corrected text of DtlsTransport.cpp; throws when the line to correct is not there exactly once.
 *
 * @param {string} source
 * @returns {string}
 */
export function patchDtlsTransport(source) {
  const parts = source.split(ORIGINAL);
  if (parts.length !== 2) {
    throw new Error(
      `DtlsTransport.cpp has ${parts.length - 1} of the one line to correct (${ORIGINAL}); ` +
        'this mediasoup version differs from the one the build recipe was written for',
    );
  }
  return parts.join(CORRECTED);
}
