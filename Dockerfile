# The service with its models inside: nothing is fetched when it runs.
#
#   docker build --tag wirecheck .
#   docker run --rm --read-only --publish 127.0.0.1:8000:8000 \
#     --volume wirecheck:/data --volume "$PWD/articles:/articles:ro" --env WIRECHECK_ARTICLES=/articles wirecheck

FROM python:3.11-slim AS build
# Where torch without CUDA is found, and nowhere else: PyPI's build for Linux is several gigabytes larger.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# The packaged models need no torch: "no" makes the image much smaller, and lets it hold no other models.
ARG OTHER_MODELS=yes
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/wirecheck/bin:$PATH
WORKDIR /src
RUN python -m venv /opt/wirecheck
# What is installed changes less often than the code, so that it has layers of its own. Every file is checked against its
# hash, but for what only other models need: each build of torch has hashes of its own, so that there is no one to ask for.
COPY constraints.txt requirements.lock ./
RUN python -m pip install --require-hashes --no-deps --requirement requirements.lock \
 && python -m pip install --constraint constraints.txt setuptools 'psycopg[binary]'
RUN if [ "$OTHER_MODELS" = yes ]; then \
      python -m pip install --no-deps --index-url "$TORCH_INDEX" --constraint constraints.txt torch \
   && python -m pip install --constraint constraints.txt torch sentence-transformers; \
    fi
COPY pyproject.toml README.md LICENSE ./
COPY service service
COPY models models
RUN python -m pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="wirecheck" \
      org.opencontainers.image.description="Says what a body of news articles holds about a claim" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# The heartbeat files of the workers go to shared memory: the file system may be read-only, and /data slow.
ENV PATH=/opt/wirecheck/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    TRANSFORMERS_OFFLINE=1 \
    GUNICORN_CMD_ARGS="--worker-tmp-dir /dev/shm" \
    WIRECHECK_HOST=0.0.0.0 \
    WIRECHECK_PORT=8000 \
    WIRECHECK_DATA=/data
RUN groupadd --gid 10001 wirecheck \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin wirecheck \
 && install --directory --owner=10001 --group=10001 /data
COPY --from=build /opt/wirecheck /opt/wirecheck
WORKDIR /opt/wirecheck
USER 10001:10001
# A missing or damaged model fails the build, not the first start.
RUN --network=none python -c "from models.embedder import load_embedder; \
from models.stance_model import load_stance; \
from service.config import Settings; \
settings = Settings.from_env(); \
sentence = 'The bridge was closed on Monday.'; \
embedder = load_embedder(settings.embedder, settings.threads); \
assert embedder.encode([sentence]).shape == (1, embedder.dimension); \
stance = load_stance(settings.stance, settings.threads); \
assert len(stance.judge([(sentence, sentence)])) == 1; \
print(embedder.name, stance.name)"
VOLUME /data
EXPOSE 8000
# Articles are read and embedded before the server answers; a large folder needs longer the first time.
HEALTHCHECK --interval=15s --timeout=5s --start-period=5m --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as web; \
direct = web.build_opener(web.ProxyHandler({})); \
direct.open('http://127.0.0.1:' + os.environ['WIRECHECK_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["wirecheck", "serve"]
