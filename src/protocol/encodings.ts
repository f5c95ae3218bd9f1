/** The WebSocket subprotocol of MessagePack in binary frames: the same messages as in JSON, one MessagePack value each. */
export const packedSubprotocol = 'crosspoint.v1.msgpack';

/**
 * Compression is used when the address of the upgrade carries this parameter with the value `1`. The extension's header
 * alone says nothing: browsers send it with every WebSocket.
 */
export const compressParameter = 'compress';
