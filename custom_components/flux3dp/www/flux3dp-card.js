var U=globalThis,I=U.ShadowRoot&&(U.ShadyCSS===void 0||U.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,M1=Symbol(),T1=new WeakMap,F=class{constructor(C,H,V){if(this._$cssResult$=!0,V!==M1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=C,this.t=H}get styleSheet(){let C=this.o,H=this.t;if(I&&C===void 0){let V=H!==void 0&&H.length===1;V&&(C=T1.get(H)),C===void 0&&((this.o=C=new CSSStyleSheet).replaceSync(this.cssText),V&&T1.set(H,C))}return C}toString(){return this.cssText}},F1=L=>new F(typeof L=="string"?L:L+"",void 0,M1),r1=(L,...C)=>{let H=L.length===1?L[0]:C.reduce((V,M,r)=>V+(e=>{if(e._$cssResult$===!0)return e.cssText;if(typeof e=="number")return e;throw Error("Value passed to 'css' function must be a 'css' function result: "+e+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(M)+L[r+1],L[0]);return new F(H,L,M1)},R1=(L,C)=>{if(I)L.adoptedStyleSheets=C.map(H=>H instanceof CSSStyleSheet?H:H.styleSheet);else for(let H of C){let V=document.createElement("style"),M=U.litNonce;M!==void 0&&V.setAttribute("nonce",M),V.textContent=H.cssText,L.appendChild(V)}},e1=I?L=>L:L=>L instanceof CSSStyleSheet?(C=>{let H="";for(let V of C.cssRules)H+=V.cssText;return F1(H)})(L):L;var{is:G2,defineProperty:Q2,getOwnPropertyDescriptor:j2,getOwnPropertyNames:q2,getOwnPropertySymbols:K2,getPrototypeOf:X2}=Object,z=globalThis,_1=z.trustedTypes,Y2=_1?_1.emptyScript:"",J2=z.reactiveElementPolyfillSupport,R=(L,C)=>L,t1={toAttribute(L,C){switch(C){case Boolean:L=L?Y2:null;break;case Object:case Array:L=L==null?L:JSON.stringify(L)}return L},fromAttribute(L,C){let H=L;switch(C){case Boolean:H=L!==null;break;case Number:H=L===null?null:Number(L);break;case Object:case Array:try{H=JSON.parse(L)}catch{H=null}}return H}},E1=(L,C)=>!G2(L,C),D1={attribute:!0,type:String,converter:t1,reflect:!1,useDefault:!1,hasChanged:E1};Symbol.metadata??=Symbol("metadata"),z.litPropertyMetadata??=new WeakMap;var x=class extends HTMLElement{static addInitializer(C){this._$Ei(),(this.l??=[]).push(C)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(C,H=D1){if(H.state&&(H.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(C)&&((H=Object.create(H)).wrapped=!0),this.elementProperties.set(C,H),!H.noAccessor){let V=Symbol(),M=this.getPropertyDescriptor(C,V,H);M!==void 0&&Q2(this.prototype,C,M)}}static getPropertyDescriptor(C,H,V){let{get:M,set:r}=j2(this.prototype,C)??{get(){return this[H]},set(e){this[H]=e}};return{get:M,set(e){let o=M?.call(this);r?.call(this,e),this.requestUpdate(C,o,V)},configurable:!0,enumerable:!0}}static getPropertyOptions(C){return this.elementProperties.get(C)??D1}static _$Ei(){if(this.hasOwnProperty(R("elementProperties")))return;let C=X2(this);C.finalize(),C.l!==void 0&&(this.l=[...C.l]),this.elementProperties=new Map(C.elementProperties)}static finalize(){if(this.hasOwnProperty(R("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(R("properties"))){let H=this.properties,V=[...q2(H),...K2(H)];for(let M of V)this.createProperty(M,H[M])}let C=this[Symbol.metadata];if(C!==null){let H=litPropertyMetadata.get(C);if(H!==void 0)for(let[V,M]of H)this.elementProperties.set(V,M)}this._$Eh=new Map;for(let[H,V]of this.elementProperties){let M=this._$Eu(H,V);M!==void 0&&this._$Eh.set(M,H)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(C){let H=[];if(Array.isArray(C)){let V=new Set(C.flat(1/0).reverse());for(let M of V)H.unshift(e1(M))}else C!==void 0&&H.push(e1(C));return H}static _$Eu(C,H){let V=H.attribute;return V===!1?void 0:typeof V=="string"?V:typeof C=="string"?C.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(C=>this.enableUpdating=C),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(C=>C(this))}addController(C){(this._$EO??=new Set).add(C),this.renderRoot!==void 0&&this.isConnected&&C.hostConnected?.()}removeController(C){this._$EO?.delete(C)}_$E_(){let C=new Map,H=this.constructor.elementProperties;for(let V of H.keys())this.hasOwnProperty(V)&&(C.set(V,this[V]),delete this[V]);C.size>0&&(this._$Ep=C)}createRenderRoot(){let C=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return R1(C,this.constructor.elementStyles),C}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(C=>C.hostConnected?.())}enableUpdating(C){}disconnectedCallback(){this._$EO?.forEach(C=>C.hostDisconnected?.())}attributeChangedCallback(C,H,V){this._$AK(C,V)}_$ET(C,H){let V=this.constructor.elementProperties.get(C),M=this.constructor._$Eu(C,V);if(M!==void 0&&V.reflect===!0){let r=(V.converter?.toAttribute!==void 0?V.converter:t1).toAttribute(H,V.type);this._$Em=C,r==null?this.removeAttribute(M):this.setAttribute(M,r),this._$Em=null}}_$AK(C,H){let V=this.constructor,M=V._$Eh.get(C);if(M!==void 0&&this._$Em!==M){let r=V.getPropertyOptions(M),e=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:t1;this._$Em=M;let o=e.fromAttribute(H,r.type);this[M]=o??this._$Ej?.get(M)??o,this._$Em=null}}requestUpdate(C,H,V,M=!1,r){if(C!==void 0){let e=this.constructor;if(M===!1&&(r=this[C]),V??=e.getPropertyOptions(C),!((V.hasChanged??E1)(r,H)||V.useDefault&&V.reflect&&r===this._$Ej?.get(C)&&!this.hasAttribute(e._$Eu(C,V))))return;this.C(C,H,V)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(C,H,{useDefault:V,reflect:M,wrapped:r},e){V&&!(this._$Ej??=new Map).has(C)&&(this._$Ej.set(C,e??H??this[C]),r!==!0||e!==void 0)||(this._$AL.has(C)||(this.hasUpdated||V||(H=void 0),this._$AL.set(C,H)),M===!0&&this._$Em!==C&&(this._$Eq??=new Set).add(C))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(H){Promise.reject(H)}let C=this.scheduleUpdate();return C!=null&&await C,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[M,r]of this._$Ep)this[M]=r;this._$Ep=void 0}let V=this.constructor.elementProperties;if(V.size>0)for(let[M,r]of V){let{wrapped:e}=r,o=this[M];e!==!0||this._$AL.has(M)||o===void 0||this.C(M,void 0,r,o)}}let C=!1,H=this._$AL;try{C=this.shouldUpdate(H),C?(this.willUpdate(H),this._$EO?.forEach(V=>V.hostUpdate?.()),this.update(H)):this._$EM()}catch(V){throw C=!1,this._$EM(),V}C&&this._$AE(H)}willUpdate(C){}_$AE(C){this._$EO?.forEach(H=>H.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(C)),this.updated(C)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(C){return!0}update(C){this._$Eq&&=this._$Eq.forEach(H=>this._$ET(H,this[H])),this._$EM()}updated(C){}firstUpdated(C){}};x.elementStyles=[],x.shadowRootOptions={mode:"open"},x[R("elementProperties")]=new Map,x[R("finalized")]=new Map,J2?.({ReactiveElement:x}),(z.reactiveElementVersions??=[]).push("2.1.2");var o1=globalThis,W1=L=>L,G=o1.trustedTypes,N1=G?G.createPolicy("lit-html",{createHTML:L=>L}):void 0,A1="$lit$",Z=`lit$${Math.random().toFixed(9).slice(2)}$`,a1="?"+Z,C5=`<${a1}>`,f=document,D=()=>f.createComment(""),E=L=>L===null||typeof L!="object"&&typeof L!="function",d1=Array.isArray,Q1=L=>d1(L)||typeof L?.[Symbol.iterator]=="function",i1=`[ 	
\f\r]`,_=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,$1=/-->/g,U1=/>/g,O=RegExp(`>|${i1}(?:([^\\s"'>=/]+)(${i1}*=${i1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),I1=/'/g,z1=/"/g,j1=/^(?:script|style|textarea|title)$/i,p1=L=>(C,...H)=>({_$litType$:L,strings:C,values:H}),p=p1(1),$5=p1(2),U5=p1(3),k=Symbol.for("lit-noChange"),i=Symbol.for("lit-nothing"),G1=new WeakMap,g=f.createTreeWalker(f,129);function q1(L,C){if(!d1(L)||!L.hasOwnProperty("raw"))throw Error("invalid template strings array");return N1!==void 0?N1.createHTML(C):C}var K1=(L,C)=>{let H=L.length-1,V=[],M,r=C===2?"<svg>":C===3?"<math>":"",e=_;for(let o=0;o<H;o++){let t=L[o],A,a,d=-1,m=0;for(;m<t.length&&(e.lastIndex=m,a=e.exec(t),a!==null);)m=e.lastIndex,e===_?a[1]==="!--"?e=$1:a[1]!==void 0?e=U1:a[2]!==void 0?(j1.test(a[2])&&(M=RegExp("</"+a[2],"g")),e=O):a[3]!==void 0&&(e=O):e===O?a[0]===">"?(e=M??_,d=-1):a[1]===void 0?d=-2:(d=e.lastIndex-a[2].length,A=a[1],e=a[3]===void 0?O:a[3]==='"'?z1:I1):e===z1||e===I1?e=O:e===$1||e===U1?e=_:(e=O,M=void 0);let n=e===O&&L[o+1].startsWith("/>")?" ":"";r+=e===_?t+C5:d>=0?(V.push(A),t.slice(0,d)+A1+t.slice(d)+Z+n):t+Z+(d===-2?o:n)}return[q1(L,r+(L[H]||"<?>")+(C===2?"</svg>":C===3?"</math>":"")),V]},W=class L{constructor({strings:C,_$litType$:H},V){let M;this.parts=[];let r=0,e=0,o=C.length-1,t=this.parts,[A,a]=K1(C,H);if(this.el=L.createElement(A,V),g.currentNode=this.el.content,H===2||H===3){let d=this.el.content.firstChild;d.replaceWith(...d.childNodes)}for(;(M=g.nextNode())!==null&&t.length<o;){if(M.nodeType===1){if(M.hasAttributes())for(let d of M.getAttributeNames())if(d.endsWith(A1)){let m=a[e++],n=M.getAttribute(d).split(Z),s=/([.?@])?(.*)/.exec(m);t.push({type:1,index:r,name:s[2],strings:n,ctor:s[1]==="."?j:s[1]==="?"?q:s[1]==="@"?K:w}),M.removeAttribute(d)}else d.startsWith(Z)&&(t.push({type:6,index:r}),M.removeAttribute(d));if(j1.test(M.tagName)){let d=M.textContent.split(Z),m=d.length-1;if(m>0){M.textContent=G?G.emptyScript:"";for(let n=0;n<m;n++)M.append(d[n],D()),g.nextNode(),t.push({type:2,index:++r});M.append(d[m],D())}}}else if(M.nodeType===8)if(M.data===a1)t.push({type:2,index:r});else{let d=-1;for(;(d=M.data.indexOf(Z,d+1))!==-1;)t.push({type:7,index:r}),d+=Z.length-1}r++}}static createElement(C,H){let V=f.createElement("template");return V.innerHTML=C,V}};function b(L,C,H=L,V){if(C===k)return C;let M=V!==void 0?H._$Co?.[V]:H._$Cl,r=E(C)?void 0:C._$litDirective$;return M?.constructor!==r&&(M?._$AO?.(!1),r===void 0?M=void 0:(M=new r(L),M._$AT(L,H,V)),V!==void 0?(H._$Co??=[])[V]=M:H._$Cl=M),M!==void 0&&(C=b(L,M._$AS(L,C.values),M,V)),C}var Q=class{constructor(C,H){this._$AV=[],this._$AN=void 0,this._$AD=C,this._$AM=H}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(C){let{el:{content:H},parts:V}=this._$AD,M=(C?.creationScope??f).importNode(H,!0);g.currentNode=M;let r=g.nextNode(),e=0,o=0,t=V[0];for(;t!==void 0;){if(e===t.index){let A;t.type===2?A=new P(r,r.nextSibling,this,C):t.type===1?A=new t.ctor(r,t.name,t.strings,this,C):t.type===6&&(A=new X(r,this,C)),this._$AV.push(A),t=V[++o]}e!==t?.index&&(r=g.nextNode(),e++)}return g.currentNode=f,M}p(C){let H=0;for(let V of this._$AV)V!==void 0&&(V.strings!==void 0?(V._$AI(C,V,H),H+=V.strings.length-2):V._$AI(C[H])),H++}},P=class L{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(C,H,V,M){this.type=2,this._$AH=i,this._$AN=void 0,this._$AA=C,this._$AB=H,this._$AM=V,this.options=M,this._$Cv=M?.isConnected??!0}get parentNode(){let C=this._$AA.parentNode,H=this._$AM;return H!==void 0&&C?.nodeType===11&&(C=H.parentNode),C}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(C,H=this){C=b(this,C,H),E(C)?C===i||C==null||C===""?(this._$AH!==i&&this._$AR(),this._$AH=i):C!==this._$AH&&C!==k&&this._(C):C._$litType$!==void 0?this.$(C):C.nodeType!==void 0?this.T(C):Q1(C)?this.k(C):this._(C)}O(C){return this._$AA.parentNode.insertBefore(C,this._$AB)}T(C){this._$AH!==C&&(this._$AR(),this._$AH=this.O(C))}_(C){this._$AH!==i&&E(this._$AH)?this._$AA.nextSibling.data=C:this.T(f.createTextNode(C)),this._$AH=C}$(C){let{values:H,_$litType$:V}=C,M=typeof V=="number"?this._$AC(C):(V.el===void 0&&(V.el=W.createElement(q1(V.h,V.h[0]),this.options)),V);if(this._$AH?._$AD===M)this._$AH.p(H);else{let r=new Q(M,this),e=r.u(this.options);r.p(H),this.T(e),this._$AH=r}}_$AC(C){let H=G1.get(C.strings);return H===void 0&&G1.set(C.strings,H=new W(C)),H}k(C){d1(this._$AH)||(this._$AH=[],this._$AR());let H=this._$AH,V,M=0;for(let r of C)M===H.length?H.push(V=new L(this.O(D()),this.O(D()),this,this.options)):V=H[M],V._$AI(r),M++;M<H.length&&(this._$AR(V&&V._$AB.nextSibling,M),H.length=M)}_$AR(C=this._$AA.nextSibling,H){for(this._$AP?.(!1,!0,H);C!==this._$AB;){let V=W1(C).nextSibling;W1(C).remove(),C=V}}setConnected(C){this._$AM===void 0&&(this._$Cv=C,this._$AP?.(C))}},w=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(C,H,V,M,r){this.type=1,this._$AH=i,this._$AN=void 0,this.element=C,this.name=H,this._$AM=M,this.options=r,V.length>2||V[0]!==""||V[1]!==""?(this._$AH=Array(V.length-1).fill(new String),this.strings=V):this._$AH=i}_$AI(C,H=this,V,M){let r=this.strings,e=!1;if(r===void 0)C=b(this,C,H,0),e=!E(C)||C!==this._$AH&&C!==k,e&&(this._$AH=C);else{let o=C,t,A;for(C=r[0],t=0;t<r.length-1;t++)A=b(this,o[V+t],H,t),A===k&&(A=this._$AH[t]),e||=!E(A)||A!==this._$AH[t],A===i?C=i:C!==i&&(C+=(A??"")+r[t+1]),this._$AH[t]=A}e&&!M&&this.j(C)}j(C){C===i?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,C??"")}},j=class extends w{constructor(){super(...arguments),this.type=3}j(C){this.element[this.name]=C===i?void 0:C}},q=class extends w{constructor(){super(...arguments),this.type=4}j(C){this.element.toggleAttribute(this.name,!!C&&C!==i)}},K=class extends w{constructor(C,H,V,M,r){super(C,H,V,M,r),this.type=5}_$AI(C,H=this){if((C=b(this,C,H,0)??i)===k)return;let V=this._$AH,M=C===i&&V!==i||C.capture!==V.capture||C.once!==V.once||C.passive!==V.passive,r=C!==i&&(V===i||M);M&&this.element.removeEventListener(this.name,this,V),r&&this.element.addEventListener(this.name,this,C),this._$AH=C}handleEvent(C){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,C):this._$AH.handleEvent(C)}},X=class{constructor(C,H,V){this.element=C,this.type=6,this._$AN=void 0,this._$AM=H,this.options=V}get _$AU(){return this._$AM._$AU}_$AI(C){b(this,C)}},X1={M:A1,P:Z,A:a1,C:1,L:K1,R:Q,D:Q1,V:b,I:P,H:w,N:q,U:K,B:j,F:X},H5=o1.litHtmlPolyfillSupport;H5?.(W,P),(o1.litHtmlVersions??=[]).push("3.3.3");var Y1=(L,C,H)=>{let V=H?.renderBefore??C,M=V._$litPart$;if(M===void 0){let r=H?.renderBefore??null;V._$litPart$=M=new P(C.insertBefore(D(),r),r,void 0,H??{})}return M._$AI(L),M};var m1=globalThis,c=class extends x{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let C=super.createRenderRoot();return this.renderOptions.renderBefore??=C.firstChild,C}update(C){let H=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(C),this._$Do=Y1(H,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return k}};c._$litElement$=!0,c.finalized=!0,m1.litElementHydrateSupport?.({LitElement:c});var V5=m1.litElementPolyfillSupport;V5?.({LitElement:c});(m1.litElementVersions??=[]).push("4.2.2");var{I:L3}=X1;var J1=L=>L.strings===void 0;var C2={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},n1=L=>(...C)=>({_$litDirective$:L,values:C}),Y=class{constructor(C){}get _$AU(){return this._$AM._$AU}_$AT(C,H,V){this._$Ct=C,this._$AM=H,this._$Ci=V}_$AS(C,H){return this.update(C,H)}update(C,H){return this.render(...H)}};var N=(L,C)=>{let H=L._$AN;if(H===void 0)return!1;for(let V of H)V._$AO?.(C,!1),N(V,C);return!0},J=L=>{let C,H;do{if((C=L._$AM)===void 0)break;H=C._$AN,H.delete(L),L=C}while(H?.size===0)},H2=L=>{for(let C;C=L._$AM;L=C){let H=C._$AN;if(H===void 0)C._$AN=H=new Set;else if(H.has(L))break;H.add(L),r5(C)}};function L5(L){this._$AN!==void 0?(J(this),this._$AM=L,H2(this)):this._$AM=L}function M5(L,C=!1,H=0){let V=this._$AH,M=this._$AN;if(M!==void 0&&M.size!==0)if(C)if(Array.isArray(V))for(let r=H;r<V.length;r++)N(V[r],!1),J(V[r]);else V!=null&&(N(V,!1),J(V));else N(this,L)}var r5=L=>{L.type==C2.CHILD&&(L._$AP??=M5,L._$AQ??=L5)},C1=class extends Y{constructor(){super(...arguments),this._$AN=void 0}_$AT(C,H,V){super._$AT(C,H,V),H2(this),this.isConnected=C._$AU}_$AO(C,H=!0){C!==this.isConnected&&(this.isConnected=C,C?this.reconnected?.():this.disconnected?.()),H&&(N(this,C),J(this))}setValue(C){if(J1(this._$Ct))this._$Ct._$AI(C,this);else{let H=[...this._$Ct._$AH];H[this._$Ci]=C,this._$Ct._$AI(H,this,0)}}disconnected(){}reconnected(){}};var v1=new WeakMap,V2=n1(class extends C1{render(L){return i}update(L,[C]){let H=C!==this.G;return H&&this.rt(void 0),(H||this.lt!==this.ct)&&(this.G=C,this.ht=L.options?.host,this.rt(this.ct=L.element)),i}rt(L){if(this.G!==void 0)if(this.isConnected||(L=void 0),typeof this.G=="function"){let C=this.ht??globalThis,H=v1.get(C);H===void 0&&(H=new WeakMap,v1.set(C,H)),H.get(this.G)!==void 0&&this.G.call(this.ht,void 0),H.set(this.G,L),L!==void 0&&this.G.call(this.ht,L)}else this.G.value=L}get lt(){return typeof this.G=="function"?v1.get(this.ht??globalThis)?.get(this.G):this.G?.value}disconnected(){this.lt===this.ct&&this.rt(void 0)}reconnected(){this.rt(this.ct)}});var u="flux3dp";function L2(L,C){let H=L.entities[C];return H?.platform===u?H:void 0}function M2(L,C){let H={};if(!C)return H;for(let V of Object.values(L.entities))V.device_id!==C||V.platform!==u||!V.translation_key||(H[`${V.entity_id.split(".",1)[0]}.${V.translation_key}`]=V.entity_id);return H}var r2={card_name:"FLUX-Gerät",card_description:"Was ein FLUX-Drucker oder -Laser macht, wie weit er ist, was nicht stimmt und was hilft.",dashboard_name:"FLUX-Geräte",dashboard_description:"Die Karte jedes FLUX-Geräts. Geräte, die später dazukommen, erscheinen von selbst.",choose_device:"Wähle ein Gerät",device_gone:"Dieses Gerät gibt es nicht mehr",invalid_option:"Der Wert von {option} ist ungültig.",no_status:"Unbekannt",left:"Noch {time}",done_at:"Ende: {time}",took:"Dauer: {time}",in_use:"Von einem anderen Programm verwendet",in_use_by:"Verwendet von {program}",unverified:"Identität nicht überprüft",unverified_text:"Home Assistant konnte dieses Gerät nicht bei FLUX prüfen und stellt nur sicher, dass sein Schlüssel noch der ist, den du akzeptiert hast.",no_toolhead:"Kein Werkzeugkopf",progress:"Fortschritt",live_picture:"Live-Bild von {name}",job_picture:"Bild des Auftrags",show_camera:"Kamera anzeigen",show_job_picture:"Bild des Auftrags anzeigen",waiting_for_picture:"Warten auf die Kamera",cancel_question:"Diesen Auftrag abbrechen?",cancel_text:"Ein abgebrochener Auftrag kann nicht fortgesetzt werden.",cancel_no:"Auftrag behalten",power_question:"Während eines Auftrags ausschalten?",power_text:"{name} hat einen aktiven Auftrag. Ohne Strom ist er verloren.",power_no:"Eingeschaltet lassen",power_yes:"Ausschalten",not_allowed:"Dein Benutzer darf dieses Gerät ansehen, aber nicht bedienen. Wende dich an einen Administrator.",close:"Schließen",device:"Gerät",layout:"Layout",layout_full:"Alles",layout_compact:"Eine Zeile",camera:"Andere Kamera",camera_help:"Wird anstelle der Kamera des Geräts angezeigt.",power:"Stromschalter",power_help:"Ein Schalter oder eine Steckdose, über die das Gerät Strom bekommt. Vor dem Ausschalten während eines Auftrags wird gefragt.",power_sensor:"Leistungssensor",hide:"Weglassen",part_picture:"Bild",part_job:"Auftragsname",part_progress:"Fortschritt",part_times:"Zeiten",part_temperature:"Temperatur",part_toolhead:"Werkzeugkopf",part_buttons:"Schaltflächen"};var l1={card_name:"FLUX device",card_description:"What a FLUX printer or laser does, how far it is, what is wrong and what helps.",dashboard_name:"FLUX devices",dashboard_description:"The card of every FLUX device. Devices that are added later appear by themselves.",choose_device:"Choose a device",device_gone:"This device no longer exists",invalid_option:"The value of {option} is not valid.",no_status:"Unknown",left:"{time} left",done_at:"Ends {time}",took:"Took {time}",in_use:"In use by another program",in_use_by:"In use by {program}",unverified:"Identity not verified",unverified_text:"Home Assistant could not verify that FLUX signed the key of this device, and only makes sure that it is still the key you accepted.",no_toolhead:"No toolhead",progress:"Progress",live_picture:"Live picture of {name}",job_picture:"Picture of the job",show_camera:"Show the camera",show_job_picture:"Show the picture of the job",waiting_for_picture:"Waiting for the camera",cancel_question:"Cancel this job?",cancel_text:"A canceled job cannot be resumed.",cancel_no:"Keep the job",power_question:"Switch off during a job?",power_text:"{name} has an active job. Without power it is lost.",power_no:"Leave it on",power_yes:"Switch off",not_allowed:"Your user may look but not control this device. Ask an administrator.",close:"Close",device:"Device",layout:"Layout",layout_full:"Everything",layout_compact:"One row",camera:"Another camera",camera_help:"Shown in place of the camera of the device.",power:"Power switch",power_help:"A switch or plug that powers the device. Switching it off asks first during a job.",power_sensor:"Power sensor",hide:"Leave out",part_picture:"Picture",part_job:"Job name",part_progress:"Progress",part_times:"Times",part_temperature:"Temperature",part_toolhead:"Toolhead",part_buttons:"Buttons"};var e2={card_name:"Dispositivo FLUX",card_description:"Qué hace una impresora o un láser FLUX, cuánto lleva, qué falla y qué ayuda.",dashboard_name:"Dispositivos FLUX",dashboard_description:"La tarjeta de cada dispositivo FLUX. Los que se añadan más tarde aparecen solos.",choose_device:"Elige un dispositivo",device_gone:"Este dispositivo ya no existe",invalid_option:"El valor de {option} no es válido.",no_status:"Desconocido",left:"Quedan {time}",done_at:"Termina: {time}",took:"Duración: {time}",in_use:"En uso por otro programa",in_use_by:"En uso por {program}",unverified:"Identidad sin verificar",unverified_text:"Home Assistant no pudo comprobar este dispositivo con FLUX y solo se asegura de que su clave siga siendo la que aceptaste.",no_toolhead:"Sin cabezal",progress:"Progreso",live_picture:"Imagen en directo de {name}",job_picture:"Imagen del trabajo",show_camera:"Mostrar la cámara",show_job_picture:"Mostrar la imagen del trabajo",waiting_for_picture:"Esperando a la cámara",cancel_question:"¿Cancelar este trabajo?",cancel_text:"Un trabajo cancelado no se puede reanudar.",cancel_no:"Conservar el trabajo",power_question:"¿Apagar durante un trabajo?",power_text:"{name} tiene un trabajo activo. Sin corriente se pierde.",power_no:"Dejar encendido",power_yes:"Apagar",not_allowed:"Tu usuario puede ver este dispositivo, pero no controlarlo. Pídeselo a un administrador.",close:"Cerrar",device:"Dispositivo",layout:"Diseño",layout_full:"Todo",layout_compact:"Una fila",camera:"Otra cámara",camera_help:"Se muestra en lugar de la cámara del dispositivo.",power:"Interruptor de corriente",power_help:"Un interruptor o enchufe que alimenta el dispositivo. Durante un trabajo, pregunta antes de apagarlo.",power_sensor:"Sensor de potencia",hide:"Omitir",part_picture:"Imagen",part_job:"Nombre del trabajo",part_progress:"Progreso",part_times:"Tiempos",part_temperature:"Temperatura",part_toolhead:"Cabezal",part_buttons:"Botones"};var t2={card_name:"Appareil FLUX",card_description:"Ce que fait une imprimante ou un laser FLUX, où il en est, ce qui ne va pas et ce qui aide.",dashboard_name:"Appareils FLUX",dashboard_description:"La carte de chaque appareil FLUX. Ceux ajoutés plus tard apparaissent d'eux-mêmes.",choose_device:"Choisissez un appareil",device_gone:"Cet appareil n'existe plus",invalid_option:"La valeur de {option} n'est pas valide.",no_status:"Inconnu",left:"Encore {time}",done_at:"Fin : {time}",took:"Durée : {time}",in_use:"Utilisé par un autre programme",in_use_by:"Utilisé par {program}",unverified:"Identité non vérifiée",unverified_text:"Home Assistant n'a pas pu vérifier cet appareil auprès de FLUX et s'assure seulement que sa clé est toujours celle que vous avez acceptée.",no_toolhead:"Pas de tête d'outil",progress:"Avancement",live_picture:"Image en direct de {name}",job_picture:"Image de la tâche",show_camera:"Afficher la caméra",show_job_picture:"Afficher l'image de la tâche",waiting_for_picture:"En attente de la caméra",cancel_question:"Annuler cette tâche ?",cancel_text:"Une tâche annulée ne peut pas être reprise.",cancel_no:"Garder la tâche",power_question:"Éteindre pendant une tâche ?",power_text:"{name} a une tâche active. Sans courant, elle est perdue.",power_no:"Laisser allumé",power_yes:"Éteindre",not_allowed:"Votre utilisateur peut voir cet appareil, mais pas le contrôler. Adressez-vous à un administrateur.",close:"Fermer",device:"Appareil",layout:"Disposition",layout_full:"Tout",layout_compact:"Une ligne",camera:"Autre caméra",camera_help:"Affichée à la place de la caméra de l'appareil.",power:"Interrupteur d'alimentation",power_help:"Un interrupteur ou une prise qui alimente l'appareil. Pendant une tâche, une confirmation est demandée avant d'éteindre.",power_sensor:"Capteur de puissance",hide:"Masquer",part_picture:"Image",part_job:"Nom de la tâche",part_progress:"Avancement",part_times:"Durées",part_temperature:"Température",part_toolhead:"Tête d'outil",part_buttons:"Boutons"};var i2={card_name:"Dispositivo FLUX",card_description:"Cosa fa una stampante o un laser FLUX, a che punto è, cosa non va e cosa aiuta.",dashboard_name:"Dispositivi FLUX",dashboard_description:"La scheda di ogni dispositivo FLUX. Quelli aggiunti in seguito compaiono da soli.",choose_device:"Scegli un dispositivo",device_gone:"Questo dispositivo non esiste più",invalid_option:"Il valore di {option} non è valido.",no_status:"Sconosciuto",left:"Ancora {time}",done_at:"Fine: {time}",took:"Durata: {time}",in_use:"In uso da un altro programma",in_use_by:"In uso da {program}",unverified:"Identità non verificata",unverified_text:"Home Assistant non ha potuto verificare questo dispositivo presso FLUX e controlla solo che la sua chiave sia ancora quella che hai accettato.",no_toolhead:"Nessuna testina",progress:"Avanzamento",live_picture:"Immagine dal vivo di {name}",job_picture:"Immagine del lavoro",show_camera:"Mostra la telecamera",show_job_picture:"Mostra l'immagine del lavoro",waiting_for_picture:"In attesa della telecamera",cancel_question:"Annullare questo lavoro?",cancel_text:"Un lavoro annullato non può essere ripreso.",cancel_no:"Mantieni il lavoro",power_question:"Spegnere durante un lavoro?",power_text:"{name} ha un lavoro attivo. Senza corrente va perso.",power_no:"Lascia acceso",power_yes:"Spegni",not_allowed:"Il tuo utente può vedere questo dispositivo, ma non controllarlo. Rivolgiti a un amministratore.",close:"Chiudi",device:"Dispositivo",layout:"Disposizione",layout_full:"Tutto",layout_compact:"Una riga",camera:"Altra telecamera",camera_help:"Mostrata al posto della telecamera del dispositivo.",power:"Interruttore di alimentazione",power_help:"Un interruttore o una presa che alimenta il dispositivo. Durante un lavoro, chiede prima di spegnere.",power_sensor:"Sensore di potenza",hide:"Nascondi",part_picture:"Immagine",part_job:"Nome del lavoro",part_progress:"Avanzamento",part_times:"Tempi",part_temperature:"Temperatura",part_toolhead:"Testina",part_buttons:"Pulsanti"};var o2={card_name:"FLUXデバイス",card_description:"FLUXのプリンターやレーザーの動作、進み具合、問題とその対処方法を表示します。",dashboard_name:"FLUXデバイス",dashboard_description:"すべてのFLUXデバイスのカードです。後から追加したデバイスも自動的に表示されます。",choose_device:"デバイスを選択してください",device_gone:"このデバイスはもう存在しません",invalid_option:"{option} の値が正しくありません。",no_status:"不明",left:"残り {time}",done_at:"{time} に完了",took:"所要時間 {time}",in_use:"別のプログラムが使用中",in_use_by:"{program} が使用中",unverified:"未検証のデバイス",unverified_text:"このデバイスがFLUX製品であることを確認できなかったため、鍵が承認したものと同じであることだけを確認しています。",no_toolhead:"ツールヘッドなし",progress:"進捗状況",live_picture:"{name} のライブ映像",job_picture:"ジョブの画像",show_camera:"カメラを表示",show_job_picture:"ジョブの画像を表示",waiting_for_picture:"カメラを待っています",cancel_question:"このジョブをキャンセルしますか？",cancel_text:"キャンセルしたジョブは再開できません。",cancel_no:"ジョブを続ける",power_question:"ジョブの途中で電源を切りますか？",power_text:"{name} はジョブの実行中です。電源を切るとジョブは失われます。",power_no:"電源を切らない",power_yes:"電源を切る",not_allowed:"このユーザーはデバイスを表示できますが、操作はできません。管理者に依頼してください。",close:"閉じる",device:"デバイス",layout:"レイアウト",layout_full:"すべて",layout_compact:"1行",camera:"別のカメラ",camera_help:"デバイスのカメラの代わりに表示します。",power:"電源スイッチ",power_help:"デバイスに電源を供給するスイッチまたはプラグ。ジョブの途中で切るときは確認します。",power_sensor:"電力センサー",hide:"表示しない項目",part_picture:"画像",part_job:"ジョブ名",part_progress:"進捗状況",part_times:"時間",part_temperature:"温度",part_toolhead:"ツールヘッド",part_buttons:"ボタン"};var A2={card_name:"FLUX 기기",card_description:"FLUX 프린터나 레이저가 무엇을 하는지, 얼마나 진행되었는지, 무엇이 잘못되었고 어떻게 해결하는지 보여 줍니다.",dashboard_name:"FLUX 기기",dashboard_description:"모든 FLUX 기기의 카드입니다. 나중에 추가한 기기도 자동으로 나타납니다.",choose_device:"기기를 선택하세요",device_gone:"이 기기는 더 이상 존재하지 않습니다",invalid_option:"{option} 값이 올바르지 않습니다.",no_status:"알 수 없음",left:"{time} 남음",done_at:"{time} 완료 예정",took:"소요 시간 {time}",in_use:"다른 프로그램에서 사용 중",in_use_by:"{program}에서 사용 중",unverified:"확인되지 않은 기기",unverified_text:"이 기기가 FLUX 정품인지 확인할 수 없어, 키가 수락한 것과 같은지만 확인합니다.",no_toolhead:"툴헤드 없음",progress:"진행 상황",live_picture:"{name}의 실시간 화면",job_picture:"작업 이미지",show_camera:"카메라 보기",show_job_picture:"작업 이미지 보기",waiting_for_picture:"카메라를 기다리는 중",cancel_question:"이 작업을 취소할까요?",cancel_text:"취소한 작업은 다시 시작할 수 없습니다.",cancel_no:"작업 유지",power_question:"작업 중에 전원을 끌까요?",power_text:"{name}에 진행 중인 작업이 있습니다. 전원이 꺼지면 작업을 잃습니다.",power_no:"켜 두기",power_yes:"끄기",not_allowed:"이 사용자는 기기를 볼 수만 있고 제어할 수 없습니다. 관리자에게 문의하세요.",close:"닫기",device:"기기",layout:"레이아웃",layout_full:"모두",layout_compact:"한 줄",camera:"다른 카메라",camera_help:"기기의 카메라 대신 표시됩니다.",power:"전원 스위치",power_help:"기기에 전원을 공급하는 스위치 또는 플러그. 작업 중에 끌 때는 먼저 묻습니다.",power_sensor:"전력 센서",hide:"숨기기",part_picture:"이미지",part_job:"작업 이름",part_progress:"진행 상황",part_times:"시간",part_temperature:"온도",part_toolhead:"툴헤드",part_buttons:"버튼"};var a2={card_name:"FLUX-apparaat",card_description:"Wat een FLUX-printer of -laser doet, hoe ver hij is, wat er mis is en wat helpt.",dashboard_name:"FLUX-apparaten",dashboard_description:"De kaart van elk FLUX-apparaat. Apparaten die later worden toegevoegd, verschijnen vanzelf.",choose_device:"Kies een apparaat",device_gone:"Dit apparaat bestaat niet meer",invalid_option:"De waarde van {option} is niet geldig.",no_status:"Onbekend",left:"Nog {time}",done_at:"Einde: {time}",took:"Duur: {time}",in_use:"In gebruik door een ander programma",in_use_by:"In gebruik door {program}",unverified:"Identiteit niet geverifieerd",unverified_text:"Home Assistant kon dit apparaat niet bij FLUX controleren en gaat alleen na of de sleutel nog die is die je hebt geaccepteerd.",no_toolhead:"Geen gereedschapskop",progress:"Voortgang",live_picture:"Livebeeld van {name}",job_picture:"Afbeelding van de taak",show_camera:"Camera tonen",show_job_picture:"Afbeelding van de taak tonen",waiting_for_picture:"Wachten op de camera",cancel_question:"Deze taak annuleren?",cancel_text:"Een geannuleerde taak kan niet worden hervat.",cancel_no:"Taak behouden",power_question:"Uitschakelen tijdens een taak?",power_text:"{name} heeft een actieve taak. Zonder stroom gaat die verloren.",power_no:"Aan laten",power_yes:"Uitschakelen",not_allowed:"Je gebruiker mag dit apparaat bekijken, maar niet bedienen. Vraag het een beheerder.",close:"Sluiten",device:"Apparaat",layout:"Indeling",layout_full:"Alles",layout_compact:"Eén rij",camera:"Andere camera",camera_help:"Getoond in plaats van de camera van het apparaat.",power:"Stroomschakelaar",power_help:"Een schakelaar of stekker die het apparaat van stroom voorziet. Tijdens een taak wordt gevraagd voordat hij uitgaat.",power_sensor:"Vermogenssensor",hide:"Weglaten",part_picture:"Beeld",part_job:"Taaknaam",part_progress:"Voortgang",part_times:"Tijden",part_temperature:"Temperatuur",part_toolhead:"Gereedschapskop",part_buttons:"Knoppen"};var d2={card_name:"Urządzenie FLUX",card_description:"Co robi drukarka lub laser FLUX, jak daleko jest, co jest nie tak i co pomaga.",dashboard_name:"Urządzenia FLUX",dashboard_description:"Karta każdego urządzenia FLUX. Urządzenia dodane później pojawiają się same.",choose_device:"Wybierz urządzenie",device_gone:"To urządzenie już nie istnieje",invalid_option:"Wartość opcji {option} jest nieprawidłowa.",no_status:"Nieznany",left:"Pozostało {time}",done_at:"Koniec: {time}",took:"Czas trwania: {time}",in_use:"W użyciu przez inny program",in_use_by:"W użyciu przez {program}",unverified:"Tożsamość niezweryfikowana",unverified_text:"Home Assistant nie mógł sprawdzić tego urządzenia w FLUX i pilnuje tylko, czy jego klucz jest nadal tym, który został zaakceptowany.",no_toolhead:"Brak głowicy",progress:"Postęp",live_picture:"Obraz na żywo z {name}",job_picture:"Obraz zadania",show_camera:"Pokaż kamerę",show_job_picture:"Pokaż obraz zadania",waiting_for_picture:"Oczekiwanie na kamerę",cancel_question:"Anulować to zadanie?",cancel_text:"Anulowanego zadania nie można wznowić.",cancel_no:"Zachowaj zadanie",power_question:"Wyłączyć w trakcie zadania?",power_text:"{name} ma aktywne zadanie. Bez zasilania zostanie utracone.",power_no:"Zostaw włączone",power_yes:"Wyłącz",not_allowed:"Twój użytkownik może oglądać to urządzenie, ale nie może nim sterować. Zwróć się do administratora.",close:"Zamknij",device:"Urządzenie",layout:"Układ",layout_full:"Wszystko",layout_compact:"Jeden wiersz",camera:"Inna kamera",camera_help:"Pokazywana zamiast kamery urządzenia.",power:"Wyłącznik zasilania",power_help:"Przełącznik lub gniazdko zasilające urządzenie. W trakcie zadania wyłączenie wymaga potwierdzenia.",power_sensor:"Czujnik mocy",hide:"Pomiń",part_picture:"Obraz",part_job:"Nazwa zadania",part_progress:"Postęp",part_times:"Czasy",part_temperature:"Temperatura",part_toolhead:"Głowica",part_buttons:"Przyciski"};var x1={card_name:"Dispositivo FLUX",card_description:"O que uma impressora ou um laser FLUX faz, em que ponto está, o que há de errado e o que ajuda.",dashboard_name:"Dispositivos FLUX",dashboard_description:"O cartão de cada dispositivo FLUX. Os que forem adicionados depois aparecem sozinhos.",choose_device:"Escolha um dispositivo",device_gone:"Este dispositivo não existe mais",invalid_option:"O valor de {option} não é válido.",no_status:"Desconhecido",left:"Faltam {time}",done_at:"Término: {time}",took:"Duração: {time}",in_use:"Em uso por outro programa",in_use_by:"Em uso por {program}",unverified:"Identidade não verificada",unverified_text:"O Home Assistant não conseguiu verificar este dispositivo com a FLUX e apenas garante que a chave dele ainda é a que você aceitou.",no_toolhead:"Sem cabeçote",progress:"Progresso",live_picture:"Imagem ao vivo de {name}",job_picture:"Imagem do trabalho",show_camera:"Mostrar a câmera",show_job_picture:"Mostrar a imagem do trabalho",waiting_for_picture:"Aguardando a câmera",cancel_question:"Cancelar este trabalho?",cancel_text:"Um trabalho cancelado não pode ser retomado.",cancel_no:"Manter o trabalho",power_question:"Desligar durante um trabalho?",power_text:"{name} tem um trabalho ativo. Sem energia, ele é perdido.",power_no:"Deixar ligado",power_yes:"Desligar",not_allowed:"Seu usuário pode ver este dispositivo, mas não controlá-lo. Peça a um administrador.",close:"Fechar",device:"Dispositivo",layout:"Layout",layout_full:"Tudo",layout_compact:"Uma linha",camera:"Outra câmera",camera_help:"Mostrada no lugar da câmera do dispositivo.",power:"Interruptor de energia",power_help:"Um interruptor ou uma tomada que alimenta o dispositivo. Durante um trabalho, pergunta antes de desligar.",power_sensor:"Sensor de potência",hide:"Ocultar",part_picture:"Imagem",part_job:"Nome do trabalho",part_progress:"Progresso",part_times:"Tempos",part_temperature:"Temperatura",part_toolhead:"Cabeçote",part_buttons:"Botões"};var Z1={card_name:"FLUX 设备",card_description:"FLUX 打印机或激光机在做什么、进度如何、出了什么问题以及如何解决。",dashboard_name:"FLUX 设备",dashboard_description:"每台 FLUX 设备的卡片。之后添加的设备会自动出现。",choose_device:"请选择设备",device_gone:"此设备已不存在",invalid_option:"{option} 的值无效。",no_status:"未知",left:"剩余 {time}",done_at:"预计 {time} 完成",took:"用时 {time}",in_use:"其他程序正在使用",in_use_by:"{program} 正在使用",unverified:"身份未验证",unverified_text:"Home Assistant 无法向 FLUX 验证此设备，只确认其密钥仍是您接受的那一个。",no_toolhead:"无工具头",progress:"进度",live_picture:"{name} 的实时画面",job_picture:"作业图片",show_camera:"显示摄像头",show_job_picture:"显示作业图片",waiting_for_picture:"正在等待摄像头",cancel_question:"取消此作业？",cancel_text:"已取消的作业无法继续。",cancel_no:"保留作业",power_question:"在作业期间关闭电源？",power_text:"{name} 有正在进行的作业。断电后作业将丢失。",power_no:"保持开启",power_yes:"关闭电源",not_allowed:"您的用户可以查看但不能控制此设备。请联系管理员。",close:"关闭",device:"设备",layout:"布局",layout_full:"全部",layout_compact:"单行",camera:"其他摄像头",camera_help:"代替设备的摄像头显示。",power:"电源开关",power_help:"为设备供电的开关或插座。作业期间关闭前会先询问。",power_sensor:"功率传感器",hide:"不显示",part_picture:"图片",part_job:"作业名称",part_progress:"进度",part_times:"时间",part_temperature:"温度",part_toolhead:"工具头",part_buttons:"按钮"};var H1={card_name:"FLUX 裝置",card_description:"FLUX 印表機或雷射機在做什麼、進度如何、出了什麼問題以及如何解決。",dashboard_name:"FLUX 裝置",dashboard_description:"每台 FLUX 裝置的卡片。之後新增的裝置會自動出現。",choose_device:"請選擇裝置",device_gone:"此裝置已不存在",invalid_option:"{option} 的值無效。",no_status:"未知",left:"剩餘 {time}",done_at:"預計 {time} 完成",took:"用時 {time}",in_use:"其他程式正在使用",in_use_by:"{program} 正在使用",unverified:"身分未驗證",unverified_text:"Home Assistant 無法向 FLUX 驗證此裝置，只確認其金鑰仍是您接受的那一個。",no_toolhead:"無工具頭",progress:"進度",live_picture:"{name} 的即時畫面",job_picture:"工作圖片",show_camera:"顯示攝影機",show_job_picture:"顯示工作圖片",waiting_for_picture:"正在等待攝影機",cancel_question:"要取消此工作嗎？",cancel_text:"取消的工作無法繼續。",cancel_no:"保留工作",power_question:"要在工作期間關閉電源嗎？",power_text:"{name} 有進行中的工作。斷電後工作將會遺失。",power_no:"保持開啟",power_yes:"關閉電源",not_allowed:"您的使用者可以檢視但無法控制此裝置。請聯絡管理員。",close:"關閉",device:"裝置",layout:"版面配置",layout_full:"全部",layout_compact:"單列",camera:"其他攝影機",camera_help:"取代裝置的攝影機顯示。",power:"電源開關",power_help:"為裝置供電的開關或插座。工作期間關閉前會先詢問。",power_sensor:"功率感測器",hide:"不顯示",part_picture:"圖片",part_job:"工作名稱",part_progress:"進度",part_times:"時間",part_temperature:"溫度",part_toolhead:"工具頭",part_buttons:"按鈕"};var x5={de:r2,en:l1,es:e2,fr:t2,it:i2,ja:o2,ko:A2,nl:a2,pl:d2,"pt-BR":x1,"zh-Hans":Z1,"zh-Hant":H1},Z5={pt:x1,zh:Z1,"zh-TW":H1,"zh-HK":H1};function v(L=globalThis.document?.documentElement.lang??"en"){for(let C=L;C;C=C.slice(0,Math.max(0,C.lastIndexOf("-")))){let H=x5[C]??Z5[C];if(H)return H}return l1}function h(L,C){return L.replace(/\{(\w+)\}/g,(H,V)=>C[V]??H)}var T="flux3dp-card",$=`custom:${T}`,p2=["picture","job","progress","times","temperature","toolhead","buttons"];function u1(L){let C=V=>{throw new Error(`${T}: ${v().invalid_option.replace("{option}",V)}`)};(!L||typeof L!="object")&&C("config");let H=["device_id","camera","power","power_sensor"];for(let V of H){let M=L[V];M!=null&&typeof M!="string"&&C(V)}return L.layout&&!["full","compact"].includes(L.layout)&&C("layout"),L.hide&&!(Array.isArray(L.hide)&&L.hide.every(V=>p2.includes(V)))&&C("hide"),L}function m2(){let L=v(),C=(M,r)=>({value:M,label:r}),H={device_id:L.device,layout:L.layout,hide:L.hide,camera:L.camera,power:L.power,power_sensor:L.power_sensor},V={camera:L.camera_help,power:L.power_help};return{schema:[{name:"device_id",required:!0,selector:{device:{filter:{integration:u}}}},{name:"layout",selector:{select:{mode:"dropdown",options:[C("full",L.layout_full),C("compact",L.layout_compact)]}}},{name:"camera",selector:{entity:{filter:{domain:"camera"}}}},{name:"power",selector:{entity:{filter:[{domain:["switch","light","input_boolean"]}]}}},{name:"power_sensor",selector:{entity:{filter:{domain:"sensor",device_class:"power"}}}},{name:"hide",selector:{select:{multiple:!0,mode:"list",options:p2.map(M=>C(M,L[`part_${M}`]))}}}],computeLabel:M=>H[M.name]??M.name,computeHelper:M=>V[M.name],assertConfig:u1}}function n2(L){let C=Object.values(L.entities).filter(M=>M.platform===u&&M.device_id),H=M=>M.translation_key==="status"&&!["offline",void 0].includes(L.states[M.entity_id]?.state),V=(C.find(H)??C[0])?.device_id??"";return{type:$,device_id:V,layout:"full"}}function v2(L,C){let H=L2(L,C)?.device_id;if(!H)return null;let V=v();return[{config:{type:$,device_id:H,layout:"full"},label:V.layout_full},{config:{type:$,device_id:H,layout:"compact"},label:V.layout_compact}]}var l2="M13,13H11V7H13M13,17H11V15H13M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var x2="M19.36,2.72L20.78,4.14L15.06,9.85C16.13,11.39 16.28,13.24 15.38,14.44L9.06,8.12C10.26,7.22 12.11,7.37 13.65,8.44L19.36,2.72M5.93,17.57C3.92,15.56 2.69,13.16 2.35,10.92L7.23,8.83L14.67,16.27L12.58,21.15C10.34,20.81 7.94,19.58 5.93,17.57Z";var Z2="M4,4H7L9,2H15L17,4H20A2,2 0 0,1 22,6V18A2,2 0 0,1 20,20H4A2,2 0 0,1 2,18V6A2,2 0 0,1 4,4M12,7A5,5 0 0,0 7,12A5,5 0 0,0 12,17A5,5 0 0,0 17,12A5,5 0 0,0 12,7M12,9A3,3 0 0,1 15,12A3,3 0 0,1 12,15A3,3 0 0,1 9,12A3,3 0 0,1 12,9Z";var u2="M12 2C6.5 2 2 6.5 2 12S6.5 22 12 22 22 17.5 22 12 17.5 2 12 2M10 17L5 12L6.41 10.59L10 14.17L17.59 6.58L19 8L10 17Z";var s2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var S2="M7,2V13H10V22L17,10H13L17,2H7Z";var c2="M19,19H5V5H19M19,3H5A2,2 0 0,0 3,5V19A2,2 0 0,0 5,21H19A2,2 0 0,0 21,19V5A2,2 0 0,0 19,3M13.96,12.29L11.21,15.83L9.25,13.47L6.5,17H17.5L13.96,12.29Z";var h2="M9 13L5 16C4 16.88 3.86 18.12 4 19C4.13 20 4.91 21.22 6 21.68C7.57 22.35 9.09 21.9 10.04 20.92L19 13C20.86 11.62 20 9 18 9H12L19.46 4.61C19.9 4.29 20.08 3.82 20.06 3.37C20 2.67 19.46 2 18.6 2H18.54C18.19 2 17.86 2.11 17.56 2.29L5 9C4.19 9.46 3.94 10.24 4 11C4.05 12.03 4.74 13 6 13M5 18.5C5 17.12 6.12 16 7.5 16S10 17.12 10 18.5 8.88 21 7.5 21 5 19.88 5 18.5Z";var O2="M14,19H18V5H14M6,19H10V5H6V19Z";var g2="M15,16H13V8H15M11,16H9V8H11M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var f2="M8,5.14V19.14L19,12.14L8,5.14Z";var k2="M16.56,5.44L15.11,6.89C16.84,7.94 18,9.83 18,12A6,6 0 0,1 12,18A6,6 0 0,1 6,12C6,9.83 7.16,7.94 8.88,6.88L7.44,5.44C5.36,6.88 4,9.28 4,12A8,8 0 0,0 12,20A8,8 0 0,0 20,12C20,9.28 18.64,6.88 16.56,5.44M13,3H11V13H13";var b2="M19,6A1,1 0 0,0 20,5A1,1 0 0,0 19,4A1,1 0 0,0 18,5A1,1 0 0,0 19,6M19,2A3,3 0 0,1 22,5V11H18V7H6V11H2V5A3,3 0 0,1 5,2H19M18,18.25C18,18.63 17.79,18.96 17.47,19.13L12.57,21.82C12.4,21.94 12.21,22 12,22C11.79,22 11.59,21.94 11.43,21.82L6.53,19.13C6.21,18.96 6,18.63 6,18.25V13C6,12.62 6.21,12.29 6.53,12.12L11.43,9.68C11.59,9.56 11.79,9.5 12,9.5C12.21,9.5 12.4,9.56 12.57,9.68L17.47,12.12C17.79,12.29 18,12.62 18,13V18.25M12,11.65L9.04,13L12,14.6L14.96,13L12,11.65M8,17.66L11,19.29V16.33L8,14.71V17.66M16,17.66V14.71L13,16.33V19.29L16,17.66Z",w2="M7,2H17V8H19V13H16.5L13,17H11L7.5,13H5V8H7V2M10,22H2V20H10A1,1 0 0,0 11,19V18H13V19A3,3 0 0,1 10,22Z";var y2="M20.8 22.7L14 15.9L13 17H11L7.5 13H5V8H6.1L1.1 3L2.4 1.7L22.1 21.4L20.8 22.7M11 19C11 19.6 10.6 20 10 20H2V22H10C11.7 22 13 20.7 13 19V18H11V19M19 13V8H17V2H7V3.8L16.2 13H19Z";var B2="M2.3 2L1 3.3L2.1 4.4C2 4.6 2 4.8 2 5V11H6V8.3L8.7 11L6.5 12.1C6.2 12.3 6 12.6 6 13V18.2C6 18.6 6.2 18.9 6.5 19.1L11.4 21.8C11.6 21.9 11.8 22 12 22S12.4 21.9 12.6 21.8L17.1 19.3L20.8 23L22.1 21.7L2.3 2M4.9 2H4.8L9.8 7H18V11H22V5C22 3.3 20.7 2 19 2H4.9C5 2 5 2 4.9 2M19 4C19.6 4 20 4.4 20 5S19.6 6 19 6 18 5.6 18 5 18.4 4 19 4M12.4 9.6L18 15.2V13C18 12.6 17.8 12.3 17.5 12.1L12.6 9.7C12.5 9.7 12.5 9.6 12.4 9.6M10.2 12.5L12.2 14.5L12 14.6L9 13L10.2 12.5M8 14.7L11 16.3V19.3L8 17.7V14.7M13.7 16L15.6 17.9L13 19.3V16.3L13.7 16Z";var P2="M1,4.27L3,6.27V11C3,16.55 6.84,21.74 12,23C13.87,22.54 15.57,21.56 16.97,20.24L19.23,22.5L20.5,21.22L2.28,3L1,4.27M12,21C8.25,20 5,15.54 5,11.22V8.27L15.59,18.86C14.53,19.89 13.3,20.65 12,21M21,5V11C21,13.28 20.35,15.5 19.23,17.4L17.77,15.95C18.54,14.5 19,12.84 19,11.22V6.3L12,3.18L7.16,5.34L5.65,3.82L12,1L21,5Z";var T2="M18,18H6V6H18V18Z";var F2="M15 13V5A3 3 0 0 0 9 5V13A5 5 0 1 0 15 13M12 4A1 1 0 0 1 13 5V8H11V5A1 1 0 0 1 12 4Z";var R2="M3.27,2L2,3.27L4.73,6H4A1,1 0 0,0 3,7V17A1,1 0 0,0 4,18H16C16.2,18 16.39,17.92 16.54,17.82L19.73,21L21,19.73M21,6.5L17,10.5V7A1,1 0 0,0 16,6H9.82L21,17.18V6.5Z";var u5={alert:l2,broom:x2,camera:Z2,check:u2,close:s2,flash:S2,image:c2,laser:h2,pause:O2,paused:g2,play:f2,power:k2,printer:b2,nozzle:w2,nozzleOff:y2,off:B2,shieldOff:P2,stop:T2,thermometer:F2,noVideo:R2};function l(L){return p`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${u5[L]}></path></svg>`}var V1=class{constructor(C){this.host=C;this.shown=!1;this.streaming=!1;this.running=!1;this.onScreen=!1;this.failures=0;this.attach=C=>{C!==this.image&&(this.end(),this.image?.removeEventListener("load",this.loaded),this.image?.removeEventListener("error",this.failed),this.image=C instanceof HTMLImageElement?C:void 0,this.image?.addEventListener("load",this.loaded),this.image?.addEventListener("error",this.failed),this.observe())};this.url=()=>"";this.update=()=>{this.image!==void 0&&this.entity!==void 0&&this.onScreen&&!document.hidden?!this.running&&this.retry===void 0&&this.image&&(this.running=!0,this.image.src=this.url()):this.end()};this.loaded=()=>{!this.running||this.shown||(this.failures=0,this.shown=!0,this.host.requestUpdate())};this.failed=()=>{this.running&&(this.end(),this.retry=setTimeout(()=>{this.retry=void 0,this.update()},Math.min(4e3*2**this.failures++,6e4)))};C.addController(this)}hostConnected(){document.addEventListener("visibilitychange",this.update),this.observe()}hostDisconnected(){document.removeEventListener("visibilitychange",this.update),this.observer?.disconnect(),this.observer=void 0,this.onScreen=!1,this.update()}show(C,H,V){let M=C!==this.entity,r=this.streaming&&!H&&this.running&&this.shown;this.entity=C,this.streaming=H,this.url=V,M?(this.failures=0,this.end()):r&&this.failed(),this.update()}observe(){this.observer?.disconnect(),this.observer=void 0,this.image&&(this.observer=new IntersectionObserver(C=>{this.onScreen=C.at(-1)?.isIntersecting??!1,this.update()}),this.observer.observe(this.image.parentElement??this.image))}end(){clearTimeout(this.retry),this.retry=void 0,this.running&&(this.running=!1,this.shown=!1,this.image?.removeAttribute("src"),this.host.requestUpdate())}};var _2=r1`
  :host {
    display: block;
    block-size: 100%;
    --tone: var(--state-inactive-color, var(--disabled-color, #9e9e9e));
    --gap: var(--ha-space-3, 12px);
    --round: var(--ha-border-radius-lg, 12px);
    --wash: color-mix(in srgb, var(--primary-text-color) 6%, transparent);
  }
  ha-card {
    display: block;
    block-size: 100%;
    box-sizing: border-box;
    position: relative;
    overflow: hidden;
    container-type: inline-size;
    font-size: var(--ha-font-size-m, 14px);
    line-height: var(--ha-line-height-normal, 1.5);
    color: var(--primary-text-color);
  }
  /* In a view where it was given less room than it needs. */
  ha-card.full {
    overflow: hidden auto;
  }
  ha-card:not(:defined) {
    background: var(--ha-card-background, var(--card-background-color, #fff));
    border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--divider-color, #e0e0e0));
    border-radius: var(--ha-card-border-radius, var(--round));
  }
  [data-tone="off"] {
    --tone: var(--state-unavailable-color, var(--disabled-color, #bdbdbd));
  }
  [data-tone="active"] {
    --tone: var(--primary-color);
  }
  [data-tone="busy"],
  [data-tone="paused"] {
    --tone: var(--warning-color);
  }
  [data-tone="done"] {
    --tone: var(--success-color);
  }
  [data-tone="problem"] {
    --tone: var(--error-color);
  }
  svg {
    inline-size: 24px;
    block-size: 24px;
    fill: currentColor;
    flex: none;
    display: block;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    margin: 0;
    padding: 0;
    cursor: pointer;
    border-radius: var(--round);
    -webkit-tap-highlight-color: transparent;
  }
  button:disabled {
    cursor: default;
  }
  button:focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: -2px;
  }
  /* Numbers with their units keep their order where the page goes from right to left. */
  .percent,
  .times span,
  .facts span {
    unicode-bidi: plaintext;
  }
  .spoken {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .head {
    display: flex;
    align-items: center;
    min-block-size: 56px;
    padding-inline-end: 10px;
    box-sizing: border-box;
  }
  .title {
    display: flex;
    align-items: center;
    gap: 10px;
    flex: 1;
    min-inline-size: 0;
    padding: 10px;
    text-align: start;
  }
  .badge,
  .power,
  .shield {
    display: grid;
    place-items: center;
    inline-size: 36px;
    block-size: 36px;
    flex: none;
    border-radius: 50%;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .words {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    column-gap: 8px;
    flex: 1;
    min-inline-size: 0;
  }
  .state {
    grid-column: 1 / -1;
  }
  .name,
  .state {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 20px;
  }
  .state {
    font-size: var(--ha-font-size-s, 12px);
    line-height: 16px;
  }
  .shield {
    color: var(--secondary-text-color);
    background: none;
  }
  .shield svg {
    inline-size: 20px;
    block-size: 20px;
  }
  .power {
    color: var(--secondary-text-color);
    background: var(--wash);
  }
  .power[aria-pressed="true"] {
    color: var(--state-switch-on-color, var(--state-active-color, var(--primary-color)));
    background: color-mix(in srgb, currentColor 20%, transparent);
  }
  .power:disabled {
    opacity: 0.5;
  }

  .body {
    display: grid;
    gap: var(--gap);
    padding: 0 var(--gap) var(--gap);
  }
  .picture {
    position: relative;
    aspect-ratio: 4 / 3;
    overflow: hidden;
    border-radius: var(--round);
    background: var(--wash);
  }
  .picture img,
  .look {
    display: block;
    inline-size: 100%;
    block-size: 100%;
  }
  .picture img {
    object-fit: contain;
    opacity: 0;
    transition: opacity 0.2s;
  }
  .picture img.shown {
    opacity: 1;
  }
  .waiting {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    color: var(--secondary-text-color);
    opacity: 0.5;
  }
  .swap {
    position: absolute;
    inset-block-end: 8px;
    inset-inline-end: 8px;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    border-radius: 50%;
    color: var(--primary-text-color);
    background: color-mix(in srgb, var(--card-background-color, #fff) 85%, transparent);
  }

  .details {
    display: grid;
    gap: var(--gap);
    align-content: start;
    min-inline-size: 0;
  }
  .details:not(:has(> *)),
  .body:not(:has(.picture, .details > *)) {
    display: none;
  }
  .problem,
  .notice {
    display: flex;
    gap: 10px;
    padding: 10px 12px;
    border-radius: var(--round);
    background: color-mix(in srgb, var(--error-color) 12%, transparent);
    overflow-wrap: anywhere;
  }
  .problem {
    margin: 0 var(--gap) var(--gap);
  }
  .problem svg {
    color: var(--error-color);
  }
  .what {
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .notice {
    background: color-mix(in srgb, var(--warning-color) 16%, transparent);
  }
  .notice span {
    flex: 1;
  }
  .job {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .progress {
    display: flex;
    align-items: center;
    gap: 10px;
  }
  .bar {
    flex: 1;
    block-size: 8px;
    border-radius: 4px;
    overflow: hidden;
    background: color-mix(in srgb, var(--tone) 20%, transparent);
  }
  .bar div {
    block-size: 100%;
    border-radius: inherit;
    background: var(--tone);
    transition: inline-size 0.4s;
  }
  .words .percent {
    line-height: 20px;
  }
  .percent {
    font-variant-numeric: tabular-nums;
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .times {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--gap);
    margin-block-start: calc(var(--gap) * -0.5);
    color: var(--secondary-text-color);
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .facts button {
    display: flex;
    align-items: center;
    gap: 6px;
    min-block-size: 32px;
    padding: 0 12px 0 10px;
    border-radius: 16px;
    background: var(--wash);
    font-variant-numeric: tabular-nums;
  }
  .facts svg {
    inline-size: 18px;
    block-size: 18px;
    color: var(--secondary-text-color);
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .command {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    flex: 1 1 120px;
    min-block-size: 42px;
    padding: 4px 12px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .command.cancel svg {
    color: var(--error-color);
  }
  .command.pause svg,
  .command.resume svg,
  .command.clear svg {
    color: var(--primary-color);
  }
  .command:disabled {
    opacity: 0.5;
  }
  @media (hover: hover) {
    .facts button:hover,
    .command:hover:enabled,
    .shield:hover,
    .power:hover:enabled {
      background: color-mix(in srgb, var(--primary-text-color) 12%, transparent);
    }
  }

  .compact .bar {
    position: absolute;
    inset-inline: 0;
    inset-block-end: 0;
    block-size: 4px;
    border-radius: 0;
  }

  @container (min-width: 560px) {
    .body:has(.picture) {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }

  dialog {
    inline-size: min(400px, calc(100vw - 48px));
    box-sizing: border-box;
    padding: 24px;
    border: 0;
    border-radius: var(--ha-dialog-border-radius, 24px);
    color: var(--primary-text-color);
    background: var(--ha-dialog-surface-background, var(--card-background-color, #fff));
    box-shadow: 0 8px 32px rgba(0, 0, 0, 0.4);
  }
  dialog::backdrop {
    background: rgba(0, 0, 0, 0.4);
  }
  h2 {
    margin: 0;
    font-size: var(--ha-font-size-xl, 20px);
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 1.3;
  }
  p {
    margin: 12px 0 24px;
  }
  .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
  }
  .answers button {
    min-block-size: 42px;
    padding: 4px 16px;
    background: var(--wash);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .answers .yes {
    background: color-mix(in srgb, var(--error-color) 20%, transparent);
  }

  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
    }
  }
`;function y(L,C){let H=C===void 0?void 0:L.states[C];return H&&H.state!=="unavailable"&&H.state!=="unknown"?H:void 0}function D2(L,C,H){if(Number.isNaN(L.getTime()))return"";let{language:V,time_format:M,time_zone:r}=H.locale,e=r==="server"?H.config.time_zone:void 0,o=new Intl.DateTimeFormat("en-CA",{timeZone:e}),t={hour:"numeric",minute:"2-digit",timeZone:e};return(M==="12"||M==="24")&&(t.hourCycle=M==="24"?"h23":"h12"),o.format(L)!==o.format(C)&&(t.weekday="short",Math.abs(L.getTime()-C.getTime())>6*864e5&&Object.assign(t,{day:"numeric",month:"short"})),new Intl.DateTimeFormat(M==="system"?void 0:V,t).format(L)}var s5=["pause","resume","cancel","clear"],S5={pause:"pause",resume:"resume",cancel:"abort",clear:"clear"},c5={offline:"off",idle:"idle",initializing:"active",starting:"active",resuming:"active",running:"active",heating:"active",calibrating:"active",reconnecting:"active",toolhead_change:"active",completing:"active",aborting:"active",pausing:"paused",paused:"paused",completed:"done",aborted:"ended",alarm:"problem",fatal:"problem",maintenance:"busy",scanning:"busy",sdk_control:"busy",raw_mode:"busy",motion_test:"busy",cartridge_access:"busy"};function E2(L,C,H,V,M){let r=S=>!C.hide?.includes(S),e=S=>y(L,H[S]),o=S=>S?L.formatEntityState(S):void 0,t=e("sensor.status"),A=h5(t?.state),a=A==="active"||A==="paused",d=A==="done"||A==="ended"||A==="problem",m=g5(L,e("sensor.error"),e("sensor.advice")),n=t?.state==="aborted"&&e("sensor.last_job_result")?.state==="failed",s=a||d?f5(L,e("sensor.progress"),t?.state==="completed"):void 0,O1=a?o(e("sensor.time_remaining")):void 0,g1=a?e("sensor.finish_time"):void 0,f1=d?e("sensor.last_job_duration"):void 0,k1=Number(f1?.state)>=.5?o(f1):void 0,b1=[O1&&h(V.left,{time:O1}),g1&&h(V.done_at,{time:D2(new Date(g1.state),M,L)}),k1&&h(V.took,{time:k1})].filter(S=>!!S),w1=o(n?e("sensor.last_job_result"):t)??(L.devices[C.device_id??""]?V.no_status:""),y1=A==="busy"?e("sensor.occupied_by")?.state:void 0,B1=A==="busy"?y1?h(V.in_use_by,{program:y1}):V.in_use:void 0,z2=s1(L,C,V),P1=m!==void 0&&A!=="off";return{name:z2,tone:P1||n?"problem":A,unverified:L.states[H["sensor.status"]??""]?.attributes.verified===!1,laser:O5(L.devices[C.device_id??""]?.model_id),status:w1,statusEntity:H["sensor.status"],detail:B1,active:a,problem:A==="off"?void 0:m,job:r("job")&&(a||d)?e("sensor.job_name")?.state:void 0,progress:r("progress")?s:void 0,times:r("times")?b1:[],row:[w1,P1?m.text:B1??b1[0]].filter(Boolean).join(" · "),facts:k5(L,C,H,V,r),buttons:r("buttons")?b5(L,H,t):[],...w5(L,C,H,r("picture"),a||d),power:y5(L,C)}}function h5(L){return L===void 0?"idle":c5[L]??"active"}function O5(L){return!!L&&!L?.startsWith("delta")}function s1(L,C,H){if(!C.device_id)return H.choose_device;let V=L.devices[C.device_id];return V?V.name_by_user||V.name||H.card_name:H.device_gone}function g5(L,C,H){if(!C||C.state==="none")return;let V=L.formatEntityState(C),M=C.attributes.label;if(C.state==="other"&&typeof M=="string"&&M&&(V=`${V}: ${M}`),H)return{text:V,advice:L.formatEntityState(H)};let r=C.attributes.advice;return{text:V,advice:r?L.formatEntityAttributeValue(C,"advice"):void 0}}function f5(L,C,H){let V=Number(C?.state);return!C||Number.isNaN(V)?void 0:{percent:H?100:Math.min(100,Math.max(0,V)),text:L.formatEntityState(C,H?"100":void 0)}}function k5(L,C,H,V,M){let r=[],e=a=>L.localize(`component.flux3dp.entity.${a}.name`),o=y(L,H["sensor.nozzle_temperature"]);if(o&&M("temperature")){let a=y(L,H["sensor.nozzle_target"]),d=a&&Number(a.state)>0?L.formatEntityState(a):void 0,m=L.formatEntityState(o),n=d?`${m} / ${d}`:m,s=[e("sensor.nozzle_temperature"),d&&e("sensor.nozzle_target")].filter(Boolean);r.push({icon:"thermometer",text:n,label:`${s.join(" / ")}: ${n}`,entity:o.entity_id})}let t=y(L,H["sensor.toolhead"]);if(t&&M("toolhead")){let a=t.state==="none"?V.no_toolhead:L.formatEntityState(t),d=t.state==="laser"?"laser":t.state==="none"?"nozzleOff":"nozzle";r.push({icon:d,text:a,label:`${e("sensor.toolhead")}: ${a}`,entity:t.entity_id})}let A=y(L,C.power_sensor);if(A){let a=L.formatEntityState(A);r.push({icon:"flash",text:a,label:`${W2(A)}: ${a}`,entity:A.entity_id})}return r}function b5(L,C,H){let V=H?.attributes.commands;return s5.flatMap(M=>{let r=S5[M],e=C[`button.${r}`];return!e||!H||!Array.isArray(V)||!V.includes(M)?[]:(L.states[e]?.state??"unavailable")==="unavailable"?[]:[{command:M,entity:e,text:L.localize(`component.flux3dp.entity.button.${r}.name`)}]})}function w5(L,C,H,V,M){if(!V)return{};let r=C.camera||H["camera.camera"],e=r!==void 0&&(L.states[r]?.state??"unavailable")!=="unavailable",o=M?y(L,H["image.preview"])?.attributes.entity_picture:void 0;return{camera:e?r:void 0,picture:typeof o=="string"?o:void 0}}function W2(L){return String(L.attributes.friendly_name??L.entity_id)}function y5(L,C){if(!C.power)return;let H=L.states[C.power];return{entity:C.power,name:H?W2(H):C.power,on:H?.state==="on",available:H?.state==="on"||H?.state==="off"}}function N2(L,C,H,V){return L.localize!==C.localize||L.formatEntityState!==C.formatEntityState||L.locale!==C.locale||V!==void 0&&L.devices[V]!==C.devices[V]||H.some(M=>L.states[M]!==C.states[M])}var B5={off:"off",idle:"printer",busy:"printer",active:"nozzle",paused:"paused",done:"check",ended:"stop",problem:"alert"},P5=new Set(["off","idle","busy","active"]),T5={pause:"pause",resume:"play",cancel:"stop",clear:"broom"},B=class extends c{constructor(){super(...arguments);this.entities={};this.watched=[];this.live=new V1(this);this.mayControl=!0;this.showJobPicture=!1}setConfig(H){this.config=u1(H),this.notice=void 0,this.mayControl=!0,this.find(),this.requestUpdate()}set hass(H){let V=this.house;if(this.house=H,!V||V.entities!==H.entities)this.find();else if(!N2(V,H,this.watched,this.config?.device_id))return;this.mayControl&&this.status!==this.noticeStatus&&(this.notice=void 0),this.requestUpdate()}get status(){return this.house?.states[this.entities["sensor.status"]??""]?.state}getCardSize(){return this.config?.layout==="compact"?1:this.config?.hide?.includes("picture")?4:8}getGridOptions(){return this.config?.layout==="compact"?{columns:12,rows:1,min_columns:6,min_rows:1}:{columns:12,rows:"auto",min_columns:6}}updated(){let H=this.renderRoot.querySelector("dialog");H&&!H.open&&H.showModal()}find(){if(!this.house||!this.config)return;this.entities=M2(this.house,this.config.device_id);let H=[this.config.camera,this.config.power,this.config.power_sensor];this.watched=[...Object.values(this.entities),...H.filter(V=>!!V)]}render(){let{house:H,config:V}=this;if(!H||!V)return i;let M=v(H.locale.language),r=E2(H,V,this.entities,M,new Date),e=V.layout==="compact";return p`<ha-card class=${e?"compact":"full"} data-tone=${r.tone}>
      ${e?this.renderRow(r,M):this.renderFull(r,M)}
      ${this.question?this.renderQuestion(this.question):i}
    </ha-card>`}renderRow(H,V){return p`<div class="head">
        ${this.renderTitle(H,H.row,H.active?H.progress?.text:void 0)}${this.renderShield(H,V)}${this.renderPower(H,V)}
      </div>
      ${H.active?this.renderBar(H,V):i}`}renderFull(H,V){let M=H.detail?`${H.status} · ${H.detail}`:H.status,{problem:r}=H;return p`<div class="head">${this.renderTitle(H,M)}${this.renderShield(H,V)}${this.renderPower(H,V)}</div>
      ${r?p`<div class="problem">
            ${l("alert")}
            <div>
              <div class="what">${r.text}</div>
              ${r.advice?p`<div>${r.advice}</div>`:i}
            </div>
          </div>`:i}
      <div class="body">
        ${this.renderPicture(H,V)}
        <div class="details">
          ${H.job?p`<div class="job">${H.job}</div>`:i}
          ${H.progress?p`<div class="progress">
                ${this.renderBar(H,V)}<span class="percent">${H.progress.text}</span>
              </div>`:i}
          ${H.times.length?p`<div class="times">${H.times.map(e=>p`<span>${e}</span>`)}</div>`:i}
          ${H.facts.length?p`<div class="facts">
                ${H.facts.map(e=>p`<button type="button" title=${e.label} aria-label=${e.label} @click=${()=>this.more(e.entity)}>
                      ${l(e.icon)}<span>${e.text}</span>
                    </button>`)}
              </div>`:i}
          ${H.buttons.length?p`<div class="buttons">${H.buttons.map(e=>this.renderButton(e,V))}</div>`:i}
          ${this.renderNotice(H,V)}
        </div>
      </div>`}renderTitle(H,V,M){let{statusEntity:r}=H;return p`<button
        type="button"
        class="title"
        ?disabled=${!r}
        @click=${()=>r&&this.more(r)}
      >
        <span class="badge">${l(H.laser&&P5.has(H.tone)?"laser":B5[H.tone])}</span>
        <span class="words">
          <span class="name">${H.name}</span>
          ${M?p`<span class="percent">${M}</span>`:i}
          <span class="state">${V}</span>
        </span>
      </button>
      <span class="spoken" role="status">${[H.status,H.problem?.text].filter(Boolean).join(". ")}</span>`}renderBar(H,V){if(!H.progress)return i;let{percent:M,text:r}=H.progress;return p`<div
      class="bar"
      role="progressbar"
      aria-label=${V.progress}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${M}
      aria-valuetext=${r}
    >
      <div style="inline-size: ${M}%"></div>
    </div>`}renderPicture(H,V){let{house:M}=this,{camera:r,picture:e}=H;if(!M||!r&&!e)return i;let o=r!==void 0&&e!==void 0;if(r===void 0||o&&this.showJobPicture)return p`<div class="picture">
        <img class="shown" src=${M.hassUrl(e)} alt=${V.job_picture} />
        ${o?this.renderSwap("camera",V.show_camera):i}
      </div>`;let t=M.states[r],A=t?.attributes.streaming===!0||t?.state==="streaming";return this.live.show(r,A,()=>this.streamOf(r)),p`<div class="picture">
      ${this.live.shown?i:p`<span class="waiting" title=${V.waiting_for_picture}>${l("noVideo")}</span>`}
      <button type="button" class="look" @click=${()=>this.more(r)} aria-label=${h(V.live_picture,{name:H.name})}>
        <img class=${this.live.shown?"shown":""} alt="" ${V2(this.live.attach)} />
      </button>
      ${o?this.renderSwap("image",V.show_job_picture):i}
    </div>`}renderSwap(H,V){return p`<button type="button" class="swap" title=${V} aria-label=${V} @click=${()=>{this.showJobPicture=!this.showJobPicture,this.requestUpdate()}}>${l(H)}</button>`}renderButton(H,V){let M=()=>this.run(H.entity,"button","press",V),r=H.command==="cancel"?()=>this.ask({title:V.cancel_question,text:V.cancel_text,no:V.cancel_no,yes:H.text,act:M}):M;return p`<button
      type="button"
      class="command ${H.command}"
      ?disabled=${!this.mayControl||this.pending!==void 0}
      aria-busy=${this.pending===H.entity?"true":"false"}
      @click=${r}
    >
      ${l(T5[H.command])}<span>${H.text}</span>
    </button>`}renderShield(H,V){if(!H.unverified)return i;let M=()=>this.ask({title:V.unverified,text:V.unverified_text,no:V.close});return p`<button
      type="button"
      class="shield"
      title="${V.unverified}. ${V.unverified_text}"
      aria-label=${V.unverified}
      aria-haspopup="dialog"
      @click=${M}
    >
      ${l("shieldOff")}
    </button>`}renderPower(H,V){let{power:M}=H;return M?p`<button
      type="button"
      class="power"
      title=${M.name}
      aria-label=${M.name}
      aria-pressed=${M.on?"true":"false"}
      ?disabled=${!M.available||!this.mayControl||this.pending!==void 0}
      @click=${()=>this.switchPower(M,H,V)}
    >
      ${l("power")}
    </button>`:i}renderNotice(H,V){if(!this.notice||!this.mayControl&&!H.buttons.length&&!H.power)return i;let M=()=>{this.notice=void 0,this.requestUpdate()};return p`<div class="notice" role="alert">
      <span>${this.notice}</span>
      ${this.mayControl?p`<button type="button" title=${V.close} aria-label=${V.close} @click=${M}>${l("close")}</button>`:i}
    </div>`}renderQuestion(H){let V=()=>{this.question===H&&(this.question=void 0,this.requestUpdate())},M=e=>e.target===e.currentTarget&&e.target.close(),r=e=>{e.currentTarget.closest("dialog")?.close(),V(),H.act?.()};return p`<dialog aria-labelledby="question" aria-describedby="reason" @close=${V} @click=${M}>
      <form method="dialog">
        <h2 id="question">${H.title}</h2>
        <p id="reason">${H.text}</p>
        <div class="answers">
          <button type="submit" class="no" autofocus>${H.no}</button>
          ${H.act?p`<button type="button" class="yes" @click=${r}>${H.yes}</button>`:i}
        </div>
      </form>
    </dialog>`}ask(H){this.question=H,this.requestUpdate()}switchPower(H,V,M){let r=()=>this.run(H.entity,"homeassistant",H.on?"turn_off":"turn_on",M);if(!H.on||!V.active)return void r();this.ask({title:M.power_question,text:h(M.power_text,{name:V.name}),no:M.power_no,yes:M.power_yes,act:r})}async run(H,V,M,r){if(!(!this.house||this.pending!==void 0)){this.pending=H,this.notice=void 0,this.requestUpdate();try{await this.house.callService(V,M,{entity_id:H},void 0,!1)}catch(e){let{code:o,message:t}=e,A=o==="unauthorized"||t==="Unauthorized";A&&(this.mayControl=!1);let a=A?r.not_allowed:t||String(e);if(this.config?.layout==="compact")return this.ask({title:s1(this.house,this.config,r),text:a,no:r.close});this.notice=a,this.noticeStatus=this.status}finally{this.pending=void 0,this.requestUpdate()}}}more(H){this.dispatchEvent(new CustomEvent("hass-more-info",{bubbles:!0,composed:!0,detail:{entityId:H}}))}streamOf(H){let V=this.house?.states[H]?.attributes.access_token;return this.house?.hassUrl(`/api/camera_proxy_stream/${H}?token=${String(V)}`)??""}};B.styles=_2,B.getConfigForm=m2,B.getStubConfig=n2;var S1="ll-strategy-dashboard-flux3dp";function $2(L){let C=new Set(Object.values(L.entities).map(e=>e.platform===u&&e.device_id||"")),H=e=>L.devices[e]?.name_by_user||L.devices[e]?.name||"",V=[...C].filter(e=>L.devices[e]).sort((e,o)=>H(e).localeCompare(H(o),L.locale.language)),M=e=>({type:$,device_id:e,layout:"full"});return{views:[{title:"FLUX",type:"sections",max_columns:3,sections:V.map(e=>({type:"grid",cards:[M(e)]}))}]}}var U2="https://github.com/flux3dp-contributors/flux3dp#dashboards",c1=class extends HTMLElement{static generate(C,H){return $2(H)}static getCreateSuggestions(){return{title:"FLUX",icon:"mdi:printer-3d"}}};function h1(){let L=window.customElements;L.get(T)||L.define(T,B),L.get(S1)||L.define(S1,c1)}h1();window.customElements.whenDefined("home-assistant").then(h1);for(let L of[0,1e3,5e3])setTimeout(h1,L);var L1=window;L1.customCards??=[];L1.customStrategies??=[];function I2(L,C){L.some(({type:H})=>H===C.type)||L.push(C)}var F5={type:T,get name(){return v().card_name},get description(){return v().card_description},preview:!0,documentationURL:U2,getEntitySuggestion:v2};I2(L1.customCards,F5);var R5={type:u,strategyType:"dashboard",get name(){return v().dashboard_name},get description(){return v().dashboard_description},documentationURL:U2};I2(L1.customStrategies,R5);
/*! Bundled license information:

@lit/reactive-element/css-tag.js:
  (**
   * @license
   * Copyright 2019 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

@lit/reactive-element/reactive-element.js:
lit-html/lit-html.js:
lit-element/lit-element.js:
lit-html/directive.js:
lit-html/async-directive.js:
  (**
   * @license
   * Copyright 2017 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/is-server.js:
  (**
   * @license
   * Copyright 2022 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)

lit-html/directive-helpers.js:
lit-html/directives/ref.js:
  (**
   * @license
   * Copyright 2020 Google LLC
   * SPDX-License-Identifier: BSD-3-Clause
   *)
*/
