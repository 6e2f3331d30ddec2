package dev.stringsvc.gateway.telemetry.trace;

import io.opentelemetry.api.common.AttributeKey;

/// The names of attributes that OpenTelemetry's semantic conventions do not have; those that they have
/// are in [dev.stringsvc.tracing.Conventions].
final class Keys {
    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("gateway.request_id");
    static final AttributeKey<String> ROUTE = AttributeKey.stringKey("gateway.route");
    static final AttributeKey<String> SERVICE = AttributeKey.stringKey("gateway.service");
    static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("gateway.instance.id");
    static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("gateway.attempts");
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gateway.outcome");
    static final AttributeKey<Boolean> HEDGE = AttributeKey.booleanKey("gateway.hedge");
    static final AttributeKey<Double> DELAY = AttributeKey.doubleKey("gateway.delay");

    private Keys() {}
}
