# syntax=docker/dockerfile:1
# The desk in a container: everything is installed here, models too, and nothing is fetched when it runs. See docs/guide/operation.md
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
RUN ["python", "-m", "venv", "/opt/visavis"]
COPY requirements-extras.txt ./
RUN ["/opt/visavis/bin/python", "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements-extras.txt"]
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src ./src
RUN ["/opt/visavis/bin/python", "-m", "pip", "install", "--no-deps", "--no-build-isolation", "."]
# Fails the build if the default model pack is not whole, or its networks do not open.
RUN ["/opt/visavis/bin/python", "-c", "from visavis.engines.pack import DEFAULT_PACK as p; from visavis.wiring import build as b; b.chain(b.read_settings(), p)"]
RUN ["/opt/visavis/bin/python", "-m", "compileall", "-q", "/opt/visavis/lib/python3.11/site-packages/visavis"]
RUN ["mkdir", "-p", "/empty/data", "/empty/keys"]

FROM python:3.11-slim-bookworm
RUN ["useradd", "--uid", "10001", "--no-create-home", "--home-dir", "/data", "--shell", "/usr/sbin/nologin", "visavis"]
COPY --from=build /opt/visavis /opt/visavis
COPY --from=build --chown=10001:10001 --chmod=0700 /empty/data /data
COPY --from=build --chown=10001:10001 --chmod=0700 /empty/keys /keys
ENV HOME=/data \
    PATH=/opt/visavis/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_WAIT_POLICY=passive \
    VISAVIS_ARCHIVE=/data/archive \
    VISAVIS_CACHE=/data/cache \
    VISAVIS_UPLOADS=/data/uploads \
    VISAVIS_KEY_FILE=/keys/archive.key
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8478
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["/opt/visavis/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8478/healthz', timeout=8)"]
ENTRYPOINT ["/opt/visavis/bin/visavis"]
CMD ["serve", "--host", "0.0.0.0"]
