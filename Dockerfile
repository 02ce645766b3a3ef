# The image of every process of the service: web, worker, migrations, checks. See docs/decisions/0018-container.md.
# A build for production names the base by digest: --build-arg PYTHON_IMAGE=python:3.13-slim@sha256:…
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/
# Wheels only: nothing is compiled, so neither stage needs a compiler. pip stays outside the new environment.
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: \
        --requirement /build/requirements.txt
COPY manage.py /opt/papyrus/
COPY papyrus_site /opt/papyrus/papyrus_site
COPY catalog /opt/papyrus/catalog
COPY history /opt/papyrus/history
COPY deploy /opt/papyrus/deploy
COPY invoices /opt/papyrus/invoices
COPY typesetting /opt/papyrus/typesetting
WORKDIR /opt/papyrus
# Collecting connects to nothing; these values only let the settings load.
RUN DJANGO_SECRET_KEY=build DJANGO_ALLOWED_HOSTS=build PGHOST=build PGUSER=build DJANGO_STATIC_ROOT=/opt/static \
        /opt/venv/bin/python manage.py collectstatic --noinput \
    && /opt/venv/bin/python -m compileall -q /opt/papyrus /opt/venv

FROM ${PYTHON_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Papyrus Invoice" \
      org.opencontainers.image.description="Priced, tax-correct Japanese delivery notes from a product master" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Whoever gets in finds nothing to install with. The folder is for those who keep the archive in a volume.
RUN rm -rf /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip \
        /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/pydoc* \
    && install -d -o 10001 -g 10001 /var/lib/papyrus \
    && chmod 1777 /tmp
COPY --from=build /opt /opt
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    DJANGO_STATIC_ROOT=/opt/static \
    ARCHIVE_FOLDER=/var/lib/papyrus
WORKDIR /opt/papyrus
USER 10001:10001
EXPOSE 5000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "papyrus_site.wsgi"]
# On Fargate the volume that a task mounts here is root's own with mode 0755, unless the image declares the place:
# then it takes over the image's owner and mode.
VOLUME ["/tmp"]
