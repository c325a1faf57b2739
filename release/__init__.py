"""What is done before a release: lock, wheel, audit, SBOM. Run with make."""
