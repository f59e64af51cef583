const LARGEST_MESSAGE_BYTES = 400 * 1024 * 1024;

/** gRPC stops at 4 MB by default; custom resource definitions exceed it. */
export const MESSAGE_SIZE = {
  "grpc.max_receive_message_length": LARGEST_MESSAGE_BYTES,
  "grpc.max_send_message_length": LARGEST_MESSAGE_BYTES,
};
