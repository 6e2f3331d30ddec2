package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.grpc.Transcoder;
import dev.stringsvc.gateway.http.StreamResetException;
import dev.stringsvc.gateway.http.UpstreamSocket;
import dev.stringsvc.gateway.retry.ProxyResult;
import dev.stringsvc.gateway.route.Action;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a request is answered with. [ReplyWriter] writes it.
sealed interface Reply {
    ReplyContext context();

    /// The gateway could not get an answer from an instance, or refused to ask for one.
    ///
    /// @param headers in addition to those of every problem
    /// @param reason for the log; `null` where the text for the client is enough
    record Problem(
            dev.stringsvc.gateway.client.Problem details,
            Map<String, String> headers,
            @Nullable String reason,
            ReplyContext context)
            implements Reply {
        Problem because(String why) {
            return new Problem(details, headers, why, context);
        }
    }

    /// The route itself answers.
    ///
    /// @param field a header field and its value
    record Own(int status, Map<String, String> field, String body, ReplyContext context) implements Reply {
        static Own redirect(int status, String location, ReplyContext context) {
            return new Own(status, Map.of("Location", location), "", context);
        }

        static Own respond(Action.Respond with, ReplyContext context) {
            boolean typed = !with.body().isEmpty() && !with.contentType().isEmpty();
            return new Own(
                    with.status(), typed ? Map.of("Content-Type", with.contentType()) : Map.of(), with.body(), context);
        }
    }

    /// An instance's answer is passed on. It is closed when it is written.
    ///
    /// @param rate measures how fast the client takes it
    record Forwarded(ProxyResult.Answered answered, ClientRate rate, ReplyContext context) implements Reply {}

    /// An instance's answer to a call that a JSON request has made. It is closed when it is written.
    ///
    /// @param rate measures how fast the client takes it
    record Transcoded(ProxyResult.Answered answered, Transcoder.Call call, ClientRate rate, ReplyContext context)
            implements Reply {}

    /// An instance has switched protocols: bytes pass both ways until one side ends.
    record Switched(ProxyResult.Answered answered, UpstreamSocket socket, ReplyContext context) implements Reply {}

    /// An instance has reset the stream of a gRPC call. The client's stream is reset with the same code.
    record Reset(StreamResetException cause, ReplyContext context) implements Reply {}

    /// Nothing is written: the client went away, or its body broke off.
    record ClientGone(IOException cause, ReplyContext context) implements Reply {}
}
