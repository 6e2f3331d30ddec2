package dev.stringsvc.tracing;

/// Makes no spans.
final class NoTracing implements Tracing {
    @Override
    public CallTrace.OfHttp http(HttpHead head) {
        return NoTrace.of(head.fields());
    }

    @Override
    public CallTrace.OfRpc rpc(RpcHead head) {
        return NoTrace.of(head.fields());
    }

    @Override
    public void close() {}
}
