package dev.stringsvc.gateway.proxy;

/// A request that admission may end.
///
/// @param alone true if only this client uses the connection, so it is not a proxy's
record AdmittedRequest(ClientRequest request, boolean alone) implements Admission.Holder {
    static AdmittedRequest of(ClientRequest request, Origin origin) {
        return new AdmittedRequest(request, !origin.trusted());
    }

    @Override
    public boolean repeatable() {
        return request.isRepeatable();
    }

    @Override
    public void cutAnswer(boolean stuck) {
        request.client().cutForRoom(stuck && alone);
    }
}
