# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys that an answer of Graph v1.0 always has, by type.

They are those of the response samples in the reference of each operation; an exclamation mark says that the type
definition does not allow null.
"""

from __future__ import annotations

_CREDENTIAL = "customKeyIdentifier displayName endDateTime! keyId! startDateTime!"
_POLICY = "id! displayName description isEnabled!"

ALWAYS: dict[str, str] = {
    "Application": (
        "id! deletedDateTime appId! applicationTemplateId identifierUris! createdDateTime! displayName! description notes "
        "isDeviceOnlyAuthSupported isFallbackPublicClient groupMembershipClaims optionalClaims addIns! publisherDomain "
        "samlMetadataUrl signInAudience! tags! tokenEncryptionKeyId uniqueName serviceManagementReference certification "
        "disabledByMicrosoftStatus requestSignatureVerification servicePrincipalLockConfiguration defaultRedirectUri "
        "api! appRoles! publicClient! info! keyCredentials! parentalControlSettings! passwordCredentials! "
        "requiredResourceAccess! verifiedPublisher! web! spa!"
    ),
    "ApiApplication": "requestedAccessTokenVersion acceptMappedClaims knownClientApplications oauth2PermissionScopes! preAuthorizedApplications",
    "WebApplication": "redirectUris! homePageUrl logoutUrl implicitGrantSettings! redirectUriSettings!",
    "ImplicitGrantSettings": "enableIdTokenIssuance enableAccessTokenIssuance",
    "RedirectUriSettings": "uri index",
    "SpaApplication": "redirectUris!",
    "PublicClientApplication": "redirectUris!",
    "InformationalUrl": "termsOfServiceUrl supportUrl privacyStatementUrl marketingUrl logoUrl",
    "ParentalControlSettings": "countriesBlockedForMinors! legalAgeGroupRule",
    "VerifiedPublisher": "displayName verifiedPublisherId addedDateTime",
    "PermissionScope": "adminConsentDescription adminConsentDisplayName id! isEnabled! type userConsentDescription userConsentDisplayName value",
    "AppRole": "allowedMemberTypes! description displayName id! isEnabled! value",
    "PreAuthorizedApplication": "appId delegatedPermissionIds!",
    "RequiredResourceAccess": "resourceAppId! resourceAccess!",
    "ResourceAccess": "id! type",
    "OptionalClaims": "idToken! accessToken! saml2Token!",
    "OptionalClaim": "name! source essential! additionalProperties!",
    "PasswordCredential": f"{_CREDENTIAL} hint secretText",
    "KeyCredential": f"{_CREDENTIAL} key type usage",
    "ServicePrincipal": (
        "id! deletedDateTime accountEnabled alternativeNames! appDisplayName appDescription appId! applicationTemplateId "
        "appOwnerOrganizationId appRoleAssignmentRequired! createdDateTime description disabledByMicrosoftStatus displayName! "
        "homepage loginUrl logoutUrl notes notificationEmailAddresses! preferredSingleSignOnMode "
        "preferredTokenSigningKeyThumbprint replyUrls! servicePrincipalNames! servicePrincipalType signInAudience tags! "
        "tokenEncryptionKeyId samlSingleSignOnSettings addIns! appRoles! info! keyCredentials! oauth2PermissionScopes! "
        "passwordCredentials! resourceSpecificApplicationPermissions! verifiedPublisher!"
    ),
    "OAuth2PermissionGrant": "clientId! consentType id! principalId resourceId! scope",
    "AppRoleAssignment": ("id! deletedDateTime appRoleId! createdDateTime principalDisplayName principalId principalType resourceDisplayName resourceId"),
    "FederatedIdentityCredential": "id! name! issuer! subject description audiences!",
    "User": ("businessPhones! displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName! id!"),
    "Group": ("id! deletedDateTime createdDateTime! description displayName! groupTypes! mail mailEnabled mailNickname securityEnabled visibility"),
    "Organization": (
        "id! deletedDateTime businessPhones! city country countryLetterCode createdDateTime displayName! marketingNotificationEmails! "
        "onPremisesLastSyncDateTime onPremisesSyncEnabled postalCode preferredLanguage securityComplianceNotificationMails! "
        "securityComplianceNotificationPhones! state street technicalNotificationMails! tenantType assignedPlans! provisionedPlans! verifiedDomains!"
    ),
    "VerifiedDomain": "capabilities isDefault! isInitial! name! type",
    "Domain": "id! authenticationType! availabilityStatus isAdminManaged! isDefault! isInitial! isRoot! isVerified! supportedServices! state",
    "AuthorizationPolicy": (
        "id! displayName description allowInvitesFrom allowedToSignUpEmailBasedSubscriptions! allowedToUseSSPR! "
        "allowEmailVerifiedUsersToJoinOrganization! blockMsolPowerShell guestUserRoleId defaultUserRolePermissions!"
    ),
    "DefaultUserRolePermissions": "allowedToCreateApps! allowedToCreateSecurityGroups! allowedToReadOtherUsers! permissionGrantPoliciesAssigned!",
    "TenantAppManagementPolicy": f"{_POLICY} applicationRestrictions servicePrincipalRestrictions",
    "AppManagementPolicy": f"{_POLICY} restrictions",
    "PermissionGrantPolicy": "id! displayName! description includes! excludes!",
    "PermissionGrantConditionSet": (
        "id! permissionClassification permissionType! resourceApplication permissions! clientApplicationIds! clientApplicationTenantIds! "
        "clientApplicationPublisherIds! clientApplicationsFromVerifiedPublisherOnly"
    ),
    "AdminConsentRequestPolicy": "isEnabled! notifyReviewers! remindersEnabled! requestDurationInDays! reviewers! version!",
    "AccessReviewReviewerScope": "query queryType queryRoot",
    "GroupSetting": "id! displayName templateId values!",
    "SettingValue": "name value",
    "GroupSettingTemplate": "id! deletedDateTime displayName description values!",
    "SettingTemplateValue": "name type defaultValue description",
    "DelegatedAdminCustomer": "id! tenantId! displayName!",
    "DelegatedAdminRelationship": (
        "id! displayName! duration! customer! accessDetails! status! autoExtendDuration! createdDateTime! lastModifiedDateTime! activatedDateTime endDateTime"
    ),
    "ResellerDelegatedAdminRelationship": (
        "id! displayName! duration! customer! accessDetails! status! autoExtendDuration! createdDateTime! lastModifiedDateTime! activatedDateTime endDateTime "
        "isPartnerConsentPending! indirectProviderTenantId!"
    ),
    "DelegatedAdminRelationshipCustomerParticipant": "tenantId! displayName!",
    "DelegatedAdminAccessDetails": "unifiedRoles!",
    "UnifiedRole": "roleDefinitionId!",
    "Contract": "id! contractType! customerId! defaultDomainName! displayName!",
    "PasswordCredentialConfiguration": "restrictionType maxLifetime restrictForAppsCreatedAfterDateTime",
    "KeyCredentialConfiguration": "restrictionType maxLifetime restrictForAppsCreatedAfterDateTime",
    "ODataError": "error!",
    "MainError": "code! message! innerError!",
    "InnerError": "date! request-id! client-request-id!",
    "ErrorDetails": "code! message! target",
}

# What the service answers although its metadata does not say so.
OBSERVED: dict[str, tuple[str, ...]] = {
    "ServicePrincipal": ("createdDateTime",),
}
