/** Without a file: what each git tag leads to. */
export const tags = `
event | ref | with | deploy | environment | production | version | tags
push | tags/v1.4.2 | | yes | prod | yes | 1.4.2 | v1.4.2 prod-7 sha
push | tags/v1.5.0 | | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v0.0.1 | | yes | prod | yes | 0.0.1 | v0.0.1 prod-7 sha
push | tags/v10.20.30 | | yes | prod | yes | 10.20.30 | v10.20.30 prod-7 sha
push | tags/v1.3.9 | | yes | prod | yes | 1.3.9 | v1.3.9 prod-7 sha
push | tags/v1.5.0 | attempt 3 | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0 | history none | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0 | by api | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0+build.7 | | yes | prod | yes | 1.5.0+build.7 | v1.5.0_build.7 prod-7 sha
push | tags/v1.5.0+20261126 | | yes | prod | yes | 1.5.0+20261126 | v1.5.0_20261126 prod-7 sha
push | tags/v1.5.0 | version 1.5.0 | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0 | version v1.5.0 | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
push | tags/v1.5.0 | version 1.5.1 | fault | - | no | - | the run is about tag v1.5.0
push | tags/v1.5.0 | deleted | no | - | no | 1.5.0 | tag v1.5.0 was deleted
push | tags/v1.5.0-rc.1 | | no | - | no | 1.5.0-rc.1 | tag v1.5.0-rc.1 is a pre-release, and prod takes releases only
push | tags/v1.5.0-alpha | | no | - | no | 1.5.0-alpha | is a pre-release
push | tags/v1.5.0-0 | | no | - | no | 1.5.0-0 | is a pre-release
push | tags/v1.5.0-rc.1+7 | | no | - | no | 1.5.0-rc.1+7 | is a pre-release
push | tags/v1.2 | | no | - | no | 1.4.3-build.7 | tag v1.2 is no semantic version, and prod takes those only
push | tags/v1 | | no | - | no | 1.4.3-build.7 | tag v1 is no semantic version
push | tags/v01.2.3 | | no | - | no | 1.4.3-build.7 | tag v01.2.3 is no semantic version
push | tags/v1.2.3.4 | | no | - | no | 1.4.3-build.7 | tag v1.2.3.4 is no semantic version
push | tags/v1.2.x | | no | - | no | 1.4.3-build.7 | tag v1.2.x is no semantic version
push | tags/vnext | | no | - | no | 1.4.3-build.7 | tag vnext is no semantic version
push | tags/vv1.2.3 | | no | - | no | 1.4.3-build.7 | tag vv1.2.3 is no semantic version
push | tags/v 1.2.3 | | no | - | no | 1.4.3-build.7 | tag v 1.2.3 is no semantic version
push | tags/1.5.0 | | no | - | no | 1.5.0 | tag 1.5.0 belongs to no environment
push | tags/V1.5.0 | | no | - | no | 1.4.3-build.7 | tag V1.5.0 belongs to no environment
push | tags/release-1.5.0 | | no | - | no | 1.4.3-build.7 | (preprod: preprod/*; prod: v*)
push | tags/develop | | no | - | no | 1.4.3-build.7 | tag develop belongs to no environment
push | tags/main | | no | - | no | 1.4.3-build.7 | tag main belongs to no environment
push | tags/v/1.5.0 | | no | - | no | 1.5.0-build.7 | tag v/1.5.0 belongs to no environment
push | tags/cart/v1.5.0 | | no | - | no | 1.5.0-build.7 | tag cart/v1.5.0 belongs to no environment
push | tags/preprod/1.5.0 | | yes | preprod | no | 1.5.0-preprod.7 | preprod-7 sha
push | tags/preprod/v1.5.0 | | yes | preprod | no | 1.5.0-preprod.7 | preprod-7 sha
push | tags/preprod/1.5.0-rc.2 | | yes | preprod | no | 1.5.0-preprod.7 | preprod-7 sha
push | tags/preprod/2026-11-26 | | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
push | tags/preprod/try | attempt 2 | yes | preprod | no | 1.4.3-preprod.7 | preprod-7 sha
push | tags/preprod/a/b | | no | - | no | 1.4.3-build.7 | tag preprod/a/b belongs to no environment
push | tags/preprod | | no | - | no | 1.4.3-build.7 | tag preprod belongs to no environment
create | tags/v1.5.0 | | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
create | heads/develop | | yes | dev | no | 1.4.3-dev.7 | dev-7 sha latest-dev
release | tags/v1.5.0 | release published | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
release | tags/v1.5.0 | release released | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
release | tags/v1.5.0 | release edited | yes | prod | yes | 1.5.0 | v1.5.0 prod-7 sha
release | tags/v1.5.0 | release prereleased; marked | no | - | no | 1.5.0 | the GitHub release of v1.5.0 is marked as a pre-release
release | tags/v1.5.0 | release published; marked | no | - | no | 1.5.0 | is marked as a pre-release
release | tags/v1.5.0-rc.1 | release published | no | - | no | 1.5.0-rc.1 | tag v1.5.0-rc.1 is a pre-release
release | tags/v1.5.0-rc.1 | release published; marked | no | - | no | 1.5.0-rc.1 | tag v1.5.0-rc.1 is a pre-release
release | tags/v1.5.0 | release created; draft | no | - | no | 1.5.0 | is a draft
release | tags/v1.5.0 | release deleted | no | - | no | 1.5.0 | the GitHub release of tag v1.5.0 was deleted
release | tags/v1.5.0 | release unpublished | no | - | no | 1.5.0 | was unpublished
release | tags/v1.5.0 | release unpublished; asked prod | no | - | no | 1.5.0 | was unpublished
`;
