# syntax=docker/dockerfile:1
# One image per service:
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg APP=cors-proxy-server .
# Each platform builds natively, so no cross compiler is needed. It runs with a read-only root and no capabilities.

ARG APP=cors-proxy-server
ARG RUST_VERSION=1.95

FROM rust:${RUST_VERSION}-slim-bookworm AS build
ARG APP
ARG TARGETARCH
WORKDIR /src
# The script measures the services at work and builds them by that profile, with the merger of the compiler's own LLVM.
RUN rustup component add llvm-tools
COPY . .
# The caches keep the registry and the compiled dependencies from build to build.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target,id=target-${TARGETARCH},sharing=locked \
    apps/build.sh "${APP}" && cp "target/optimised/${APP}" /server

FROM gcr.io/distroless/cc-debian12:nonroot
ARG APP
ARG REVISION=unknown
LABEL org.opencontainers.image.title="${APP}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /server /server
# An address without a port takes the service's own: 8080 and 9090 for the proxy, 3000 and 9091 for the target.
ENV TIDELINE_LISTEN=0.0.0.0 TIDELINE_ADMIN_LISTEN=0.0.0.0
USER 65532:65532
ENTRYPOINT ["/server"]
