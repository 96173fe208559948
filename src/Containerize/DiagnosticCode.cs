namespace Containerize;

/// <summary>
/// What can go wrong, each with a number of its own. Users see it as <c>CTZ</c> and four digits;
/// <c>Diagnostics.md</c> explains each of them. The thousands say which part speaks:
/// 1 the project and its published files, 2 the base image, 3 registries, 4 the local disk and archives, 5 packages of Debian, 6 container
/// engines.
/// </summary>
internal enum DiagnosticCode
{
    /// <summary>No code; never reported.</summary>
    None = 0,

    /// <summary>A failure that Containerize did not foresee: a defect of ours.</summary>
    Unexpected = 1000,

    /// <summary>The repository name breaks the grammar of the distribution specification.</summary>
    InvalidRepository = 1001,

    /// <summary>A tag breaks the grammar of the distribution specification.</summary>
    InvalidTag = 1002,

    /// <summary>The publish directory holds no file, or does not exist.</summary>
    PublishDirectoryEmpty = 1003,

    /// <summary>The project makes nothing that could be started (a library, or <c>IsPublishable=false</c>).</summary>
    NotPublishable = 1004,

    /// <summary>Two files want the same path in the image.</summary>
    DuplicatePath = 1005,

    /// <summary>A published file cannot be read.</summary>
    UnreadableFile = 1006,

    /// <summary>The publish directory holds files that this publish did not produce (a warning).</summary>
    UnexpectedFiles = 1007,

    /// <summary>A property or item has a value that Containerize does not understand.</summary>
    InvalidProperty = 1008,

    /// <summary>The entrypoint properties contradict one another.</summary>
    InvalidEntrypoint = 1009,

    /// <summary>A file changed while it was written into a layer.</summary>
    FileChanged = 1010,

    /// <summary>The project targets several frameworks and none was chosen.</summary>
    SeveralFrameworks = 1011,

    /// <summary>An obsolete property was used (a warning).</summary>
    ObsoleteProperty = 1012,

    /// <summary>MSBuild or the .NET SDK is too old.</summary>
    UnsupportedSdk = 1013,

    /// <summary>A file's path in the image is absolute, leaves its directory or is otherwise none.</summary>
    InvalidPath = 1014,

    /// <summary>The repository name was changed to one that is valid (a warning).</summary>
    ChangedRepository = 1015,

    /// <summary>A layer of an image in a registry is not what the image says of it; it is not used (a warning).</summary>
    ForeignLayerMismatch = 1016,

    /// <summary>A push sends more than the project allows (a warning, or an error).</summary>
    UploadBudgetExceeded = 1017,

    /// <summary>The program that the image starts is not in it.</summary>
    ProgramMissing = 1018,

    /// <summary>Two images of an index are for the same platform.</summary>
    SamePlatform = 1020,

    /// <summary>Files that hold secrets were left out of the image (a warning).</summary>
    SecretsLeftOut = 1030,

    /// <summary>A file that <c>ContainerizeFile</c> names does not exist.</summary>
    MissingFile = 1031,

    /// <summary>The image's user has no entry in its <c>/etc/passwd</c>, so no file can be given to that user.</summary>
    UnknownUser = 1032,

    /// <summary>
    /// The <c>Before</c> and <c>After</c> of <c>ContainerizeLayer</c> name layers that do not exist, or contradict one another.
    /// </summary>
    LayerOrder = 1033,

    /// <summary>A layer that <c>ContainerizeLayerReference</c> names is no layer, or none that can be put into an image.</summary>
    InvalidLayer = 1034,

    /// <summary>The image's format or a destination cannot hold layers of this compression.</summary>
    UnsupportedCompression = 1035,

    /// <summary>A link in a directory of <c>ContainerizeFile</c> leads out of the directory.</summary>
    LinkLeavesDirectory = 1036,

    /// <summary>An archive replaced that of another project, configuration or platform, because both had this name by default (a
    /// warning).</summary>
    ArchiveReplaced = 1037,

    /// <summary>The publish output has no static site, or lacks the page that answers for paths without a file.</summary>
    NoSite = 1038,

    /// <summary>The base image of a static site has no web server that is known.</summary>
    NoServerInBase = 1039,

    /// <summary>The .NET SDK's <c>PublishContainer</c> could not be replaced.</summary>
    CannotReplace = 1040,

    /// <summary>The repository name begins with what engines read as a registry (a warning).</summary>
    RegistryInRepository = 1041,

    /// <summary>The project has no SDK besides this package.</summary>
    NoSdk = 1042,

    /// <summary>A property, item or metadata is unknown, and its name is nearly that of a known one (a warning).</summary>
    UnknownName = 1043,

    /// <summary>A layer, a file with wildcards or a pattern of secrets matches no file (a warning).</summary>
    MatchesNothing = 1044,

    /// <summary>Files hold secrets, and the project wants none.</summary>
    SecretsFound = 1045,

    /// <summary>A restore for the platforms of the image would change the project's lock file of NuGet.</summary>
    PackagesLocked = 1046,

    /// <summary>The image has more layers than Docker takes (a warning).</summary>
    TooManyLayers = 1047,

    /// <summary>What the image would start is not in it.</summary>
    StartMissing = 1050,

    /// <summary>What the image would start is no program, or one that its user may not execute.</summary>
    StartNotExecutable = 1051,

    /// <summary>What the image would start is for another processor.</summary>
    StartOtherMachine = 1052,

    /// <summary>The image lacks the loader of its program, or the interpreter of its script.</summary>
    StartLoaderMissing = 1053,

    /// <summary>The app needs .NET in the base image, which has none.</summary>
    StartNoDotnet = 1054,

    /// <summary>The base image has no version of a framework that the app accepts.</summary>
    StartFrameworkMissing = 1055,

    /// <summary>The image lacks a library of native code (an error for what is loaded at the start, else a warning).</summary>
    StartLibraryMissing = 1056,

    /// <summary>A library of the image is too old for native code (an error for what is loaded at the start, else a warning).</summary>
    StartLibraryTooOld = 1057,

    /// <summary>The image lacks a library that .NET loads by name (a warning).</summary>
    StartLoadedLibraryMissing = 1058,

    /// <summary>The image does not know the user that it would run as.</summary>
    StartUserMissing = 1059,

    /// <summary>The image's user cannot use the working directory or a volume (a warning, and an error for a file in its place).</summary>
    StartDirectoryUnusable = 1060,

    /// <summary>The app is to listen on a port that only root may use (a warning).</summary>
    StartPortPrivileged = 1061,

    /// <summary>A web app will listen on localhost only (a warning).</summary>
    StartListensLocally = 1062,

    /// <summary>The image lacks the program of its health check (a warning).</summary>
    StartHealthcheckMissing = 1063,

    /// <summary>The signal that ends the app does not exist.</summary>
    StartSignalUnknown = 1064,

    /// <summary>The app asks for time zones, and the image has none (a warning).</summary>
    StartNoTimeZones = 1065,

    /// <summary>The app makes connections with TLS, and the image has no certificate authorities (a warning).</summary>
    StartNoAuthorities = 1066,

    /// <summary>A program is to change the user, and is not run as root (a warning).</summary>
    StartUserNotChanged = 1067,

    /// <summary>What the build has to tell the CI system could not be written (a warning).</summary>
    CiOutputFailed = 1070,

    /// <summary>The image was published, and its report could not be written (a warning).</summary>
    ReportNotWritten = 1090,

    /// <summary>A registry, repository, tag or digest cannot be parsed as an image reference.</summary>
    InvalidReference = 2001,

    /// <summary>The base image does not exist where it was looked for.</summary>
    BaseImageNotFound = 2002,

    /// <summary>The base image is not available for the wanted platform.</summary>
    PlatformNotFound = 2003,

    /// <summary>An archive or layout that should hold an image is damaged or is none.</summary>
    InvalidArchive = 2004,

    /// <summary>A manifest, index or config is malformed, too large or of an unknown type.</summary>
    InvalidDocument = 2005,

    /// <summary>Bytes do not have the digest or size that was promised.</summary>
    DigestMismatch = 2006,

    /// <summary>The lock file does not name a base image, and it must not be changed.</summary>
    LockedImageMissing = 2007,

    /// <summary>The lock file cannot be read.</summary>
    InvalidLockFile = 2008,

    /// <summary>The registry could not be asked what a base image's tag names now; its last answer counts (a warning).</summary>
    StaleBaseImage = 2009,

    /// <summary>The config of the base image was mended, so that engines and registries take the image (a warning).</summary>
    BaseConfigMended = 2010,

    /// <summary>A layer of the base image is what the image says, and has entries that cannot be read here.</summary>
    UnreadableLayer = 2011,

    /// <summary>The registry refuses: not logged in, or not allowed.</summary>
    RegistryDenied = 3001,

    /// <summary>The registry cannot be reached, or keeps failing.</summary>
    RegistryUnavailable = 3002,

    /// <summary>The registry answers with an error that a retry does not help.</summary>
    RegistryError = 3003,

    /// <summary>What was asked for does not exist in the registry.</summary>
    RegistryNotFound = 3004,

    /// <summary>A credential source (file, helper, variable) is unusable.</summary>
    CredentialsUnusable = 3005,

    /// <summary>A redirect, realm or upload location points to where credentials or data must not go.</summary>
    UnsafeLocation = 3006,

    /// <summary>
    /// The registry misses content that a manifest names, or rejects the manifest because it believes so: push everything again, once.
    /// </summary>
    RegistryContentMissing = 3007,

    /// <summary>Docker's or Podman's configuration of registries on this machine cannot be read (a warning).</summary>
    RegistryConfigurationUnusable = 3008,

    /// <summary>Something is not on this machine, and it was asked to use no network.</summary>
    Offline = 3009,

    /// <summary>MSBuild writes a password that stands in an environment variable into the build's log (a warning).</summary>
    SecretInBuildLog = 3010,

    /// <summary>The disk is full.</summary>
    DiskFull = 4001,

    /// <summary>A file or directory cannot be written.</summary>
    CannotWrite = 4002,

    /// <summary>
    /// The cache directory is unusable; the project's own is used instead (a warning, and an error for what is about the cache alone).
    /// </summary>
    CacheUnusable = 4003,

    /// <summary>No setting says where Debian's packages are.</summary>
    NoDebianMirror = 5001,

    /// <summary>An archive of packages cannot be reached, or lacks what it must have.</summary>
    ArchiveUnavailable = 5002,

    /// <summary>An archive's release file is not signed by one of the archive's keys.</summary>
    ArchiveUnsigned = 5003,

    /// <summary>An archive is no longer valid, or older than what the project has seen.</summary>
    ArchiveOutdated = 5004,

    /// <summary>An archive is of another suite than the one that was asked for.</summary>
    ArchiveWrongSuite = 5005,

    /// <summary>An archive's release file or index is malformed or too large.</summary>
    ArchiveDamaged = 5006,

    /// <summary>No archive has a package of that name.</summary>
    PackageUnknown = 5007,

    /// <summary>No archive has a version of a package that would do.</summary>
    PackageUnsatisfiable = 5008,

    /// <summary>A package would replace one of the base image.</summary>
    PackageUpgradeRefused = 5009,

    /// <summary>Two packages exclude each other.</summary>
    PackageConflict = 5010,

    /// <summary>The lock file does not have what is wanted, and must not be changed.</summary>
    DebianLockOutOfDate = 5011,

    /// <summary>No archive has a package of the lock file any more (a warning, and an error in locked mode).</summary>
    PackageGone = 5012,

    /// <summary>A keyring holds no key.</summary>
    InvalidKeyring = 5013,

    /// <summary>The lock file of packages is malformed.</summary>
    InvalidDebianLock = 5014,

    /// <summary>There are no updates, or no security updates, to choose packages from (a warning).</summary>
    NoSecurityUpdates = 5015,

    /// <summary>The lock file of packages cannot be written (a warning, and an error when writing it is all that is wanted).</summary>
    DebianLockNotWritten = 5016,

    /// <summary>A setting of the machine's apt cannot be followed (a warning).</summary>
    AptSettingIgnored = 5017,

    /// <summary>An archive of updates that is known to exist is not there.</summary>
    UpdatesHidden = 5018,

    /// <summary>A file is no package of Debian's format, or a damaged one.</summary>
    InvalidPackage = 5050,

    /// <summary>A package unpacks to more than packages have.</summary>
    PackageTooLarge = 5051,

    /// <summary>A package has a device or a pipe.</summary>
    PackageDevice = 5052,

    /// <summary>A package has a path that is absolute, leaves the image or is otherwise none.</summary>
    PackagePath = 5053,

    /// <summary>A package has a hard link to a file that it did not bring before.</summary>
    PackageHardLink = 5054,

    /// <summary>Two packages bring the same file.</summary>
    PackagePathClash = 5055,

    /// <summary>What is a directory of one package is a file of another.</summary>
    PackageFileOverDirectory = 5056,

    /// <summary>Packages are wanted on a base image that dpkg does not manage, or only parts of.</summary>
    NoDpkgBase = 5057,

    /// <summary>Packages are wanted on a base image of a release or architecture that they are not for.</summary>
    OtherRelease = 5058,

    /// <summary>No base can be assembled for a suite or platform.</summary>
    UnknownSuite = 5059,

    /// <summary>The base of packages has no .NET runtime, and the app brings none.</summary>
    NoRuntimeInBase = 5060,

    /// <summary>Scripts of packages matter, and are not run (a warning).</summary>
    ScriptsNotRun = 5061,

    /// <summary>A certificate authority is no certificate.</summary>
    InvalidCertificate = 5062,

    /// <summary>The base image has no bundle of certificate authorities that one could be added to.</summary>
    NoCertificateBundle = 5063,

    /// <summary>A package brings a file that a package of the base image has.</summary>
    PackageFileOfBase = 5064,

    /// <summary>The container engine's program is not installed.</summary>
    EngineNotFound = 6001,

    /// <summary>The container engine is installed, but does not answer or cannot be started.</summary>
    EngineUnavailable = 6002,

    /// <summary>The container engine refused to load or save an image.</summary>
    EngineFailed = 6003,

    /// <summary>Evidence could not be delivered with the image (a warning where it is optional).</summary>
    EvidenceNotDelivered = 7001,

    /// <summary>The list of what refers to an image is replaced by others again and again.</summary>
    ReferrersContended = 7002,

    /// <summary>A signing key, or a key that verifies, cannot be read or is of no use.</summary>
    InvalidSigningKey = 7020,

    /// <summary>The password of a signing key is missing or wrong.</summary>
    SigningKeyPassword = 7021,

    /// <summary>A property holds a signing key or a password, not the place of one.</summary>
    SecretInProperty = 7022,

    /// <summary>A base image has no signature, though the project demands one.</summary>
    BaseNotSigned = 7040,

    /// <summary>The signatures of a base image are not those that the project demands.</summary>
    BaseSignatureInvalid = 7041,

    /// <summary>An item that says who may sign base images cannot be understood.</summary>
    InvalidTrustRule = 7042,

    /// <summary>A base image is older than the project allows.</summary>
    BaseTooOld = 7043,

    /// <summary>The base image gets no more updates (a warning).</summary>
    BaseEndOfLife = 7044,

    /// <summary>The trusted root or trust store that base images are checked against cannot be used.</summary>
    TrustAnchorUnusable = 7045,

    /// <summary>The program that should sign is not there, or its settings do not fit.</summary>
    InvalidSigner = 7050,

    /// <summary>A program that should sign failed, or did not end in time.</summary>
    SignerFailed = 7051,

    /// <summary>A program that should sign answered what its protocol does not have.</summary>
    SignerAnswerInvalid = 7052,

    /// <summary>A signature that was just made does not verify, or is about something else.</summary>
    SignatureRefused = 7053,

    /// <summary>A service for signing without a key cannot be used as the project says.</summary>
    InvalidSigningService = 7054,

    /// <summary>A service for signing without a key cannot be reached, or refuses.</summary>
    SigningServiceFailed = 7055,

    /// <summary>There is no token that says who builds, or it cannot be used.</summary>
    IdentityTokenUnusable = 7056,

    /// <summary>A service for signing without a key answered what does not verify.</summary>
    SigningServiceAnswerInvalid = 7057,

    /// <summary>The command line of the tool <c>containerize</c> is not understood.</summary>
    InvalidCommandLine = 8001,

    /// <summary>A file whose image names are to be resolved cannot be read.</summary>
    InvalidManifest = 8020,

    /// <summary>An image name in a file cannot be resolved.</summary>
    ImageNotResolved = 8021,

    /// <summary>The image of a project that a file names cannot be built and pushed.</summary>
    ProjectNotBuilt = 8022,

    /// <summary>A Dockerfile cannot be read.</summary>
    InvalidDockerfile = 8030,

    /// <summary>An index that is copied names a manifest that its source does not have.</summary>
    IncompleteImage = 8040,

    /// <summary>There is no archive and no layout of the project's image that could be pushed.</summary>
    NothingToPush = 8041,

    /// <summary>An image is to be pushed, and the project names no registry.</summary>
    NoPushRegistry = 8042,

    /// <summary>A file beside an archive is about another image than the one in it.</summary>
    DocumentOfAnotherImage = 8043,

    /// <summary>An image that is to be put on another base does not say which one it has.</summary>
    BaseUnknown = 8050,

    /// <summary>The base that an image has cannot be had any more.</summary>
    OldBaseUnavailable = 8051,

    /// <summary>The lowest layers of an image are not those of the base that it is said to have.</summary>
    NotOnBase = 8052,

    /// <summary>A layer of an image was made for the base that it has.</summary>
    LayerFittedToBase = 8053,

    /// <summary>The new base is of another kind than the old one.</summary>
    OtherKindOfBase = 8054,

    /// <summary>The image would not start on the new base.</summary>
    WouldNotStart = 8055,

    /// <summary>The owner of files in an image is another user on the new base.</summary>
    OtherOwner = 8056,

    /// <summary>There is no image of the project that could be put on another base.</summary>
    NothingToRebase = 8057,

    /// <summary>An image is not what a rebuild gives.</summary>
    VerifiedImageDiffers = 8060,

    /// <summary>The image that is to be verified is not there, or not for a platform of the project.</summary>
    VerifiedImageNotFound = 8061,

    /// <summary>An image is to be verified, and neither the project nor the command line says which.</summary>
    NothingToVerify = 8062,

    /// <summary>A rebuild for the tool <c>containerize verify</c> failed.</summary>
    RebuildFailed = 8063,

    /// <summary>A build that is to verify an image has delivered one.</summary>
    DeliveredInsteadOfVerified = 8064,

    /// <summary>There are too few images to learn from which layers spare bytes.</summary>
    TooFewImages = 8070,

    /// <summary>There are no images to learn from.</summary>
    NoImageHistory = 8071,

    /// <summary>The published files of an image cannot be told from its base.</summary>
    NoAppFiles = 8072,

    /// <summary>Learned layers cannot be written into the project's file.</summary>
    ProjectNotWritten = 8073,

    /// <summary>The git tags of a project cannot be read.</summary>
    NoGitTags = 8074,

    /// <summary>A git tag is left out: the project cannot be published as it was there.</summary>
    TagSkipped = 8075,

    /// <summary>What a git tag holds is not all there: submodules, or files in Git LFS.</summary>
    TagIncomplete = 8076,
}
